/**
 * Records the schemas and the discovery data of a real kube-apiserver, in the compact form that the sandbox
 * loads (`src/schema/load.ts` reads it back). Run it against a server of the version that the sandbox shall be:
 *
 *   node --conditions=source libs/sandbox/tools/record-schemas.ts URL [TOKEN]
 *
 * The server's certificate is not checked (NODE_TLS_REJECT_UNAUTHORIZED=0): it is a test server on loopback.
 */
import { writeFile } from 'node:fs/promises'
import { KINDS } from './recorded-kinds.ts'

type Doc = Record<string, unknown>

interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly singularName: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

const OUTPUT = new URL('../src/gen/recorded.ts', import.meta.url)
const PREFIXES: readonly (readonly [string, string])[] = [
  ['io.k8s.api.', ''],
  ['io.k8s.apimachinery.pkg.apis.', ''],
  ['io.k8s.apiextensions-apiserver.pkg.apis.', ''],
  ['io.k8s.apimachinery.pkg.', ''],
]

const [base = 'https://127.0.0.1:6443', token] = process.argv.slice(2)

const version = await get('/version')
const groupVersions = [...new Set(KINDS.map((kind) => kind.slice(0, kind.lastIndexOf('/'))))]
const types = new Map<string, Doc>()
const resources: unknown[] = []
for (const groupVersion of groupVersions) await recordGroupVersion(groupVersion)
const text = JSON.stringify({
  version: version['gitVersion'],
  types: Object.fromEntries([...types].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  resources,
})
const pieces = text.match(/.{1,4000}/gs) ?? []
const lines = pieces.map((piece) => `  ${JSON.stringify(piece)},`)
await writeFile(
  OUTPUT,
  [
    `// Recorded from kube-apiserver ${String(version['gitVersion'])} by tools/record-schemas.ts. Not for editing.`,
    'export const RECORDED: string = [',
    ...lines,
    "].join('')",
    '',
  ].join('\n'),
)
process.stdout.write(`${types.size} types, ${resources.length} resources, ${text.length} bytes\n`)

async function recordGroupVersion(groupVersion: string): Promise<void> {
  const root = groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`
  const wanted = new Set(
    KINDS.filter((kind) => kind.startsWith(`${groupVersion}/`)).map((kind) =>
      kind.slice(groupVersion.length + 1),
    ),
  )
  const openapi = await get(`/openapi/v3/${root}`)
  const schemas = record(record(openapi['components'])['schemas'])
  for (const [name, schema] of Object.entries(schemas)) {
    const kinds = list(record(schema)['x-kubernetes-group-version-kind']).map(record)
    const isWanted = kinds.some(
      (kind) => apiVersionOf(kind) === groupVersion && wanted.has(String(kind['kind'])),
    )
    if (isWanted) recordType(name, schemas)
  }
  const discovery = await get(`/${root}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What the API server documents.
  const served = list(discovery['resources']) as readonly ApiResource[]
  for (const resource of served) {
    if (resource.name.includes('/') || !wanted.has(resource.kind)) continue
    resources.push(compactResource(groupVersion, resource, served))
  }
}

function compactResource(
  groupVersion: string,
  resource: ApiResource,
  served: readonly ApiResource[],
): Doc {
  const subresources = served
    .filter((other) => other.name.startsWith(`${resource.name}/`))
    .map((other) => other.name.slice(resource.name.length + 1))
    .filter((name) => name === 'status' || name === 'scale')
  return {
    apiVersion: groupVersion,
    name: resource.name,
    kind: resource.kind,
    singular: resource.singularName,
    namespaced: resource.namespaced,
    verbs: resource.verbs,
    ...(resource.shortNames === undefined ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories === undefined ? {} : { categories: resource.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

function recordType(name: string, schemas: Doc): void {
  const short = shortName(name)
  if (types.has(short)) return
  const schema = record(schemas[name])
  const out: Doc = {}
  types.set(short, out)
  const properties = Object.entries(record(schema['properties'] ?? {}))
  const kinds = list(schema['x-kubernetes-group-version-kind'])
  if (kinds.length === 1) out['gvk'] = apiVersionOf(record(kinds[0])) + '/' + kindOf(kinds[0])
  if (properties.length > 0) {
    out['p'] = Object.fromEntries(
      properties.map(([key, value]) => [key, compact(record(value), schemas)]),
    )
  }
  if (schema['required'] !== undefined) out['r'] = schema['required']
  const rest = compact({ ...schema, properties: undefined }, schemas)
  if (typeof rest === 'object') Object.assign(out, rest)
  else if (rest !== 'o') out['t'] = rest
}

/** A schema as one code where it is a plain scalar or a reference, else an object of short keys. */
function compact(schema: Doc, schemas: Doc): string | Doc {
  const out: Doc = {}
  const reference = referenceOf(schema)
  if (reference !== undefined) {
    recordType(reference, schemas)
    out['t'] = `@${shortName(reference)}`
  } else if (schema['items'] !== undefined) {
    out['a'] = compact(record(schema['items']), schemas)
  } else if (typeof schema['additionalProperties'] === 'object') {
    out['m'] = compact(record(schema['additionalProperties']), schemas)
  } else {
    out['t'] = scalarCode(schema)
  }
  const isEmptyDefault = JSON.stringify(schema['default']) === '{}' && reference === undefined
  if (schema['default'] !== undefined && !isEmptyDefault) out['d'] = schema['default']
  copy(schema, out, { 'x-kubernetes-list-type': 'lt', 'x-kubernetes-list-map-keys': 'lk' })
  copy(schema, out, { 'x-kubernetes-map-type': 'mt', 'x-kubernetes-preserve-unknown-fields': 'pu' })
  copy(schema, out, { 'x-kubernetes-patch-strategy': 'ps', 'x-kubernetes-patch-merge-key': 'pk' })
  const code = out['t']
  return typeof code === 'string' && Object.keys(out).length === 1 ? code : out
}

function scalarCode(schema: Doc): string {
  const format = schema['format']
  switch (schema['type']) {
    case 'string':
      if (format === 'date-time') return 't'
      if (format === 'int-or-string') return 'x'
      return format === 'byte' ? 'y' : 's'
    case 'integer':
      return format === 'int64' ? 'l' : 'i'
    case 'number':
      return 'n'
    case 'boolean':
      return 'b'
    case 'object':
      return 'o'
    default:
      return format === 'int-or-string' ? 'x' : 'u'
  }
}

function referenceOf(schema: Doc): string | undefined {
  const direct = schema['$ref'] ?? record(list(schema['allOf'])[0] ?? {})['$ref']
  return typeof direct === 'string' ? direct.slice(direct.lastIndexOf('/') + 1) : undefined
}

function copy(from: Doc, to: Doc, names: Record<string, string>): void {
  for (const [long, short] of Object.entries(names)) {
    if (from[long] !== undefined) to[short] = from[long]
  }
}

function shortName(name: string): string {
  const prefix = PREFIXES.find(([long]) => name.startsWith(long))
  return prefix === undefined ? name : prefix[1] + name.slice(prefix[0].length)
}

function apiVersionOf(kind: Doc): string {
  const group = String(kind['group'])
  return group === '' ? String(kind['version']) : `${group}/${String(kind['version'])}`
}

function kindOf(kind: unknown): string {
  return String(record(kind)['kind'])
}

function record(value: unknown): Doc {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What the API server documents.
  return value as Doc
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

async function get(path: string): Promise<Doc> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  const response = await fetch(base + path, { headers })
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
  return record(await response.json())
}
