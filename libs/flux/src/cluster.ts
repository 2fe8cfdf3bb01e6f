import { isRecord, type FieldProblem, type FieldTable } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'

/** The kinds of Tidemark's own that are read from Git. */
export const FLEET_API = 'tidemark.dev/v1alpha1'

const VARIABLE = /^[_a-zA-Z][_a-zA-Z0-9]*$/u // As Flux names variables.
const VARIABLES_BYTES_MAX = 16 * 1024 // They travel in events, which hold 48 KiB.

const CLUSTER_SPEC: FieldTable = { variables: { rule: { kind: 'map' } } }

/** What Git says of a cluster. */
export interface ClusterModel {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly variables: ReadonlyMap<string, string>
}

/** Reads a Cluster (tidemark.dev/v1alpha1): labels are those of its metadata, and there is `spec.variables`. */
export function readCluster(value: unknown): Read<ClusterModel> {
  const read = readFluxObject(value, CLUSTER_SPEC)
  if (read.kind === 'refused') return read
  const { apiVersion, metadata, spec } = read.model
  const own = isRecord(value) && isRecord(value['metadata']) ? value['metadata'] : {}
  const [labels, variables] = [entriesOf(own['labels']), entriesOf(spec['variables'])]
  const problems = [
    ...(apiVersion === FLEET_API
      ? []
      : [{ field: 'apiVersion', message: `is "${apiVersion}": it must be ${FLEET_API}` }]),
    ...labels.flatMap(([key, label]) => notText(`metadata.labels.${key}`, label)),
    ...variables.flatMap(([key, variable]) => [
      ...notName(key),
      ...notText(`spec.variables.${key}`, variable),
    ]),
    ...tooLarge(variables),
  ]
  if (problems.length > 0) return { kind: 'refused', problems }
  const model = { name: metadata.name, labels: textsOf(labels), variables: textsOf(variables) }
  return { kind: 'read', model }
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : []
}

function textsOf(entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, string> {
  return new Map(entries.map(([key, value]) => [key, textOf(value)]))
}

function notText(field: string, value: unknown): readonly FieldProblem[] {
  if (typeof value === 'string') return []
  return [{ field, message: `must be a text: write it in quotes, "${JSON.stringify(value)}"` }]
}

function notName(key: string): readonly FieldProblem[] {
  if (VARIABLE.test(key)) return []
  const message = 'is no name of a variable: letters, digits and _, not a digit first'
  return [{ field: `spec.variables.${key}`, message }]
}

function tooLarge(variables: readonly (readonly [string, unknown])[]): readonly FieldProblem[] {
  const bytes = Buffer.byteLength(JSON.stringify(variables))
  if (bytes <= VARIABLES_BYTES_MAX) return []
  const message = `has ${bytes} bytes; at most ${VARIABLES_BYTES_MAX} are allowed`
  return [{ field: 'spec.variables', message }]
}
