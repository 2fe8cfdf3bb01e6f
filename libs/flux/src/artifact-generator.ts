import { ARTIFACT_GENERATOR_SPEC } from './artifact-generator-fields.ts'
import type { FieldProblem } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { readSourceFrame, type SourceFrame } from './source-frame.ts'
import { recordsOf } from './read-spec.ts'

const ARTIFACTS_MAX = 100 // Of one generator; each is a source.
const COPIES_MAX = 100 // Of one artifact; each looks at all files of a source.
const INTERVAL_MS = 3_600_000 // It is made when one of its sources moves; nothing else is looked at.

/** An artifact that is put together from those of other sources. */
export interface ExternalArtifactModel extends SourceFrame {
  readonly kind: 'ExternalArtifact'
  readonly inputs: readonly ComposedInputModel[]
  /** In order: a later one has its way where both write a file. */
  readonly copies: readonly CopyModel[]
  /** The alias of the source whose revision it has; empty: the digest of its files. */
  readonly revisionOf: string
  /** The alias of the source that it is said to come from. */
  readonly originRevisionOf: string
}

export interface ComposedInputModel {
  readonly alias: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

export interface CopyModel {
  /** `@alias/path`. */
  readonly from: string
  /** `@artifact/path`. */
  readonly to: string
  readonly exclude: readonly string[]
  readonly strategy: 'Overwrite' | 'Merge'
}

/** Reads an ArtifactGenerator (source.extensions.fluxcd.io/v1beta1): the artifacts that it makes. */
export function readArtifactGenerator(value: unknown): Read<readonly ExternalArtifactModel[]> {
  const read = readFluxObject(value, ARTIFACT_GENERATOR_SPEC)
  if (read.kind === 'refused') return read
  const { spec, metadata } = read.model
  const { intervalMs, timeoutMs, suspend } = readSourceFrame(read.model, INTERVAL_MS)
  const inputs = recordsOf(spec['sources']).map((input) => ({
    alias: textOf(input['alias']),
    kind: textOf(input['kind']),
    namespace: textOf(input['namespace']) || metadata.namespace,
    name: textOf(input['name']),
  }))
  const models = recordsOf(spec['artifacts']).map((artifact) => ({
    kind: 'ExternalArtifact' as const,
    name: textOf(artifact['name']),
    namespace: metadata.namespace,
    intervalMs,
    timeoutMs,
    suspend,
    inputs,
    copies: recordsOf(artifact['copy']).map(readCopy),
    revisionOf: textOf(artifact['revision']).slice(1),
    originRevisionOf: textOf(artifact['originRevision']).slice(1),
  }))
  const problems = problemsOf(inputs, models)
  return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'read', model: models }
}

/** An ExternalArtifact that stands in Git: there is nobody here who could fill it. */
export function refuseExternalArtifact(): Read<ExternalArtifactModel> {
  const message =
    'is filled by a controller of its own, which Tidemark does not run: declare an ArtifactGenerator that makes it'
  return { kind: 'refused', problems: [{ field: 'status.artifact', message }] }
}

function readCopy(copy: Readonly<Record<string, unknown>>): CopyModel {
  const exclude = copy['exclude']
  return {
    from: textOf(copy['from']),
    to: textOf(copy['to']),
    exclude: Array.isArray(exclude) ? exclude.map(textOf) : [],
    strategy: copy['strategy'] === 'Merge' ? 'Merge' : 'Overwrite',
  }
}

function problemsOf(
  inputs: readonly ComposedInputModel[],
  models: readonly ExternalArtifactModel[],
): readonly FieldProblem[] {
  const aliases = inputs.map(({ alias }) => alias)
  const named = models.flatMap(({ name, copies, revisionOf, originRevisionOf }) =>
    [revisionOf, originRevisionOf, ...copies.map(({ from }) => from.slice(1, from.indexOf('/')))]
      .filter((alias) => alias !== '' && !aliases.includes(alias))
      .map((alias) => ({
        field: 'spec.artifacts',
        message: `: the artifact ${name} names @${alias}, which is no alias of spec.sources`,
      })),
  )
  const names = models.map(({ name }) => name)
  const many =
    models.length > ARTIFACTS_MAX || models.some(({ copies }) => copies.length > COPIES_MAX)
  const limit = `has more than ${ARTIFACTS_MAX} artifacts, or one with more than ${COPIES_MAX} steps: part it`
  if (many) return [{ field: 'spec.artifacts', message: limit }]
  return [...twice(aliases, 'spec.sources'), ...twice(names, 'spec.artifacts'), ...named]
}

function twice(names: readonly string[], field: string): readonly FieldProblem[] {
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => ({ field, message: `has ${JSON.stringify(name)} twice` }))
}
