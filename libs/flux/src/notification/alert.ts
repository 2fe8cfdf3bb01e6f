import { requireRegex, type Regex } from '@tidemark/kustomize'
import type { FieldProblem } from '../fields.ts'
import { readFluxObject, textOf, type Read } from '../flux-object.ts'
import { ALERT_SPEC } from './alert-fields.ts'
import {
  isMeant,
  labelProblems,
  nameIn,
  notTexts,
  readReferences,
  textMap,
  type ObjectReferenceModel,
  type Referable,
} from './object-reference.ts'

const PATTERNS_MAX = 100 // Each is matched against each message.
const PATTERN_LETTERS_MAX = 2_000
const METADATA_BYTES_MAX = 8 * 1024 // It travels in events, which hold 48 KiB.

export type Severity = 'info' | 'error'

/** An Alert, with Flux's defaults filled in. */
export interface AlertModel {
  readonly name: string
  readonly namespace: string
  readonly providerName: string
  /** `info` is everything. */
  readonly severity: Severity
  readonly sources: readonly ObjectReferenceModel[]
  /** None: everything. */
  readonly inclusions: readonly Regex[]
  readonly exclusions: readonly Regex[]
  /** `spec.eventMetadata`, and over it `spec.summary`. */
  readonly metadata: ReadonlyMap<string, string>
  readonly suspend: boolean
}

/** Reads an Alert (notification.toolkit.fluxcd.io/v1beta3). */
export function readAlert(value: unknown): Read<AlertModel> {
  const read = readFluxObject(value, ALERT_SPEC)
  if (read.kind === 'refused') return read
  const { metadata, spec } = read.model
  const inclusions = compileAll(spec['inclusionList'], 'spec.inclusionList')
  const exclusions = compileAll(spec['exclusionList'], 'spec.exclusionList')
  const problems = [
    ...labelProblems(spec['eventSources'], 'spec.eventSources'),
    ...notTexts(spec['eventMetadata'], 'spec.eventMetadata'),
    ...tooLarge(spec['eventMetadata']),
    ...inclusions.problems,
    ...exclusions.problems,
  ]
  if (problems.length > 0) return { kind: 'refused', problems }
  const own = textMap(spec['eventMetadata'])
  const summary = textOf(spec['summary'])
  return {
    kind: 'read',
    model: {
      ...metadata,
      providerName: nameIn(spec['providerRef']),
      severity: spec['eventSeverity'] === 'error' ? 'error' : 'info',
      sources: readReferences(spec['eventSources'], metadata.namespace),
      inclusions: inclusions.patterns,
      exclusions: exclusions.patterns,
      metadata: summary === '' ? own : new Map([...own, ['summary', summary]]),
      suspend: spec['suspend'] === true,
    },
  }
}

/** Whether an Alert tells of something: by its object, its severity and its message, as Flux decides it. */
export function isTold(
  { suspend, severity, sources, inclusions, exclusions }: AlertModel,
  told: { readonly object: Referable; readonly severity: Severity; readonly message: string },
): boolean {
  if (suspend || (severity === 'error' && told.severity !== 'error')) return false
  if (!sources.some((source) => isMeant(source, told.object))) return false
  const matches = (pattern: Regex): boolean => pattern.matches(told.message)
  if (inclusions.length > 0 && !inclusions.some(matches)) return false
  return !exclusions.some(matches)
}

interface Compiled {
  readonly patterns: readonly Regex[]
  readonly problems: readonly FieldProblem[]
}

function compileAll(value: unknown, field: string): Compiled {
  const list = Array.isArray(value) ? value.map(textOf) : []
  if (list.length > PATTERNS_MAX) {
    const message = `has ${list.length} patterns; at most ${PATTERNS_MAX} are allowed`
    return { patterns: [], problems: [{ field, message }] }
  }
  const compiled = list.map((pattern, index) => compile(pattern, `${field}[${index}]`))
  return {
    patterns: compiled.flatMap(({ patterns }) => patterns),
    problems: compiled.flatMap(({ problems }) => problems),
  }
}

function compile(pattern: string, field: string): Compiled {
  if (pattern.length > PATTERN_LETTERS_MAX) {
    const message = `has ${pattern.length} characters; at most ${PATTERN_LETTERS_MAX} are allowed`
    return { patterns: [], problems: [{ field, message }] }
  }
  try {
    return { patterns: [requireRegex(pattern)], problems: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `is "${pattern}", no regular expression of Go: ${why}`
    return { patterns: [], problems: [{ field, message }] }
  }
}

function tooLarge(value: unknown): readonly FieldProblem[] {
  const bytes = Buffer.byteLength(JSON.stringify(value ?? {}))
  if (bytes <= METADATA_BYTES_MAX) return []
  const message = `has ${bytes} bytes; at most ${METADATA_BYTES_MAX} are allowed`
  return [{ field: 'spec.eventMetadata', message }]
}
