import { fromBytes, GoMap, type Value } from '@tidemark/go-template'
import { scalarText } from '../chart/read-metadata.ts'
import { HelmError } from '../helm-error.ts'
import { jsonKind, readYaml } from '../read-yaml.ts'

/** What Helm reads of a manifest before it sorts it. */
export interface ManifestHead {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly annotations: ReadonlyMap<string, string>
}

/** Heads by the text of their manifests: most are the same from one render to the next. */
const HEADS_BYTES_MAX = 64 * 1024 * 1024
const heads = new Map<string, ManifestHead>()
let headsBytes = 0

/** Reads the head of a manifest, and so checks that it is YAML. Throws `HelmError` with Helm's text. */
export function readHead(manifest: string, path: string, type: string): ManifestHead {
  const known = heads.get(manifest)
  if (known !== undefined) return known
  const problem = `YAML parse error on ${path}: `
  const head = headOf(readYaml(manifest, { problem, code: 'MANIFEST' }), problem, type)
  if (headsBytes + manifest.length > HEADS_BYTES_MAX) {
    heads.clear()
    headsBytes = 0
  }
  heads.set(manifest, head)
  headsBytes += manifest.length
  return head
}

function headOf(value: Value, problem: string, type: string): ManifestHead {
  if (value === null) return { apiVersion: '', kind: '', name: '', annotations: new Map() }
  if (!(value instanceof GoMap))
    throw mismatch(problem, `${jsonKind(value)} into Go value of type ${type}`)
  const metadata = value.entries.get('metadata') ?? null
  if (metadata !== null && !(metadata instanceof GoMap))
    throw mismatch(
      problem,
      `${jsonKind(metadata)} into Go struct field SimpleHead.metadata of type struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }`,
    )
  return {
    apiVersion: textOf(value, 'apiVersion', { problem, field: 'SimpleHead.apiVersion' }),
    kind: textOf(value, 'kind', { problem, field: 'SimpleHead.kind' }),
    name:
      metadata === null
        ? ''
        : textOf(metadata, 'name', { problem, field: 'SimpleHead.metadata.name' }),
    annotations: metadata === null ? new Map() : annotationsOf(metadata, problem),
  }
}

function annotationsOf(metadata: GoMap, problem: string): ReadonlyMap<string, string> {
  const field = 'SimpleHead.metadata.annotations'
  const annotations = metadata.entries.get('annotations') ?? null
  if (annotations === null) return new Map()
  if (!(annotations instanceof GoMap))
    throw mismatch(
      problem,
      `${jsonKind(annotations)} into Go struct field ${field} of type map[string]string`,
    )
  return new Map(
    [...annotations.entries.keys()].map((key) => [
      key,
      textOf(annotations, key, { problem, field }),
    ]),
  )
}

function textOf(
  map: GoMap,
  key: string,
  { problem, field }: { problem: string; field: string },
): string {
  const value = map.entries.get(key)
  if (value === undefined || value === null) return ''
  const text = scalarText(value)
  if (text === undefined)
    throw mismatch(problem, `${jsonKind(value)} into Go struct field ${field} of type string`)
  return text
}

function mismatch(problem: string, what: string): HelmError {
  return new HelmError(
    'MANIFEST',
    `${fromBytes(problem)}error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${what}`,
  )
}
