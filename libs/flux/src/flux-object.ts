import { checkFields, isRecord, type FieldProblem, type FieldTable } from './fields.ts'

/** A Kubernetes object of one of Flux's kinds, as JSON. */
export interface FluxObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: Readonly<Record<string, unknown>>
}

/** What came of reading an object: a model, or what is wrong with it. */
export type Read<Model> =
  | { readonly kind: 'read'; readonly model: Model }
  | { readonly kind: 'refused'; readonly problems: readonly FieldProblem[] }

const METADATA: FieldTable = {
  name: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/u,
      expected: 'lower-case letters, digits, - and .',
    },
  },
  namespace: { rule: { kind: 'text' } },
}

/** Checks the frame of a Flux object and its spec against a table. */
export function readFluxObject(value: unknown, spec: FieldTable): Read<FluxObject> {
  if (!isRecord(value)) return refused('object', 'must be an object')
  const { apiVersion, kind, metadata } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    return refused('kind', 'apiVersion and kind must be texts')
  const named = isRecord(metadata)
    ? checkFields(
        { name: metadata['name'], namespace: metadata['namespace'] ?? '' },
        METADATA,
        'metadata',
      )
    : [{ field: 'metadata', message: 'is required' }]
  const problems = [...named, ...checkFields(value['spec'] ?? {}, spec, 'spec')]
  if (problems.length > 0 || !isRecord(metadata)) return { kind: 'refused', problems }
  return {
    kind: 'read',
    model: {
      apiVersion,
      kind,
      metadata: { name: textOf(metadata['name']), namespace: textOf(metadata['namespace']) },
      spec: isRecord(value['spec']) ? value['spec'] : {},
    },
  }
}

/** One line for people: every problem with its field. */
export function describeProblems(object: string, problems: readonly FieldProblem[]): string {
  return `${object}: ${problems.map(({ field, message }) => `${field} ${message}`).join('; ')}`
}

/** The text of a field that may be missing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function refused(field: string, message: string): Read<never> {
  return { kind: 'refused', problems: [{ field, message }] }
}
