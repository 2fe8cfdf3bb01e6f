// Makes src/schema/gen/merge-keys.ts from the OpenAPI document of an API server (`kubectl get --raw /openapi/v2`), or
// compares such a document with the table that is there:
//
//   node tools/generate-merge-keys.ts --version v1.21.2 openapi.json > src/schema/gen/merge-keys.ts
//   node tools/generate-merge-keys.ts --version v1.36.3 --compare openapi.json
//
// kustomize 5.8.2 carries the document of an API server 1.21.2, and its bytes are what we promise: the table is made
// from that version, and what a newer server says differently is listed by --compare and in docs.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

interface Property {
  readonly $ref?: string
  readonly type?: string
  readonly items?: { readonly $ref?: string }
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
}
interface Definition {
  readonly properties?: Readonly<Record<string, Property>>
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    group: string
    version: string
    kind: string
  }[]
}
interface Operation {
  readonly 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }
}
interface Document {
  readonly definitions: Readonly<Record<string, Definition>>
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { version: { type: 'string' }, compare: { type: 'boolean' } },
})
const [file] = positionals
if (file === undefined || values.version === undefined)
  throw new Error('usage: generate-merge-keys.ts --version vX.Y.Z [--compare] openapi.json')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A document of the API server's own making.
const document = JSON.parse(readFileSync(file, 'utf8')) as Document

const types = mergeTypes(document)
const kinds = resourceTypes(document, types)
if (values.compare) await compare()
else process.stdout.write(source(values.version))

/** Types with a list that merges, or with a field that leads to one; in one line for each. */
function mergeTypes({ definitions }: Document): Map<string, Map<string, string>> {
  const reaching = new Map<string, Map<string, string>>()
  let before = -1
  while (size(reaching) !== before) {
    before = size(reaching)
    for (const [name, { properties = {} }] of Object.entries(definitions))
      addFields(reaching, name, properties)
  }
  return reaching
}

function addFields(
  reaching: Map<string, Map<string, string>>,
  name: string,
  properties: Readonly<Record<string, Property>>,
): void {
  for (const [field, property] of Object.entries(properties)) {
    const told = describe(property, reaching)
    const fields = reaching.get(name) ?? new Map<string, string>()
    if (told !== undefined) reaching.set(name, fields.set(field, told))
  }
}

function size(all: ReadonlyMap<string, ReadonlyMap<string, string>>): number {
  return [...all.values()].reduce((sum, fields) => sum + fields.size, 0)
}

function describe(property: Property, reaching: ReadonlyMap<string, unknown>): string | undefined {
  const strategies = property['x-kubernetes-patch-strategy']?.split(',') ?? []
  if (property.type === 'array') {
    if (!strategies.includes('merge')) return undefined
    const key = property['x-kubernetes-patch-merge-key']
    const keys = property['x-kubernetes-list-map-keys'] ?? (key === undefined ? [] : [key])
    const item = property.items?.$ref?.replace('#/definitions/', '') ?? ''
    return `[${keys.join('+')}]${reaching.has(item) ? short(item) : ''}`
  }
  const type = property.$ref?.replace('#/definitions/', '')
  return type !== undefined && reaching.has(type) ? short(type) : undefined
}

function short(name: string): string {
  return name
    .replace('io.k8s.apimachinery.pkg.apis.', '')
    .replace('io.k8s.apiextensions-apiserver.pkg.apis.', '')
    .replace('io.k8s.kube-aggregator.pkg.apis.', '')
    .replace('io.k8s.api.', '')
}

function resourceTypes(
  { definitions }: Document,
  reaching: ReadonlyMap<string, unknown>,
): string[] {
  const lines: string[] = []
  for (const [name, definition] of Object.entries(definitions))
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? [])
      if (reaching.has(name) && !kind.endsWith('List'))
        lines.push(`${group === '' ? version : `${group}/${version}`} ${kind} ${short(name)}`)
  return lines.toSorted()
}

function scopes({ paths }: Document): { cluster: string[]; namespaced: string[] } {
  const namespaced = new Set<string>()
  const all = new Set<string>()
  for (const [path, { get }] of Object.entries(paths)) {
    const gvk = get?.['x-kubernetes-group-version-kind']
    if (gvk === undefined) continue
    const name = `${gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`} ${gvk.kind}`
    all.add(name)
    if (path.includes('namespaces/{namespace}')) namespaced.add(name)
  }
  return {
    cluster: [...all].filter((name) => !namespaced.has(name)).toSorted(),
    namespaced: [...namespaced].toSorted(),
  }
}

function source(version: string): string {
  const { cluster, namespaced } = scopes(document)
  return `// Generated by tools/generate-merge-keys.ts from the OpenAPI document of Kubernetes ${version}. Do not edit.

/** The API server that the table comes from. */
export const MERGE_KEYS_VERSION = '${version}'

/** Type -> its fields that merge, or that lead to such: \`field:Type\`, \`field:[key+key]Type\`. */
export const MERGE_TYPES: Readonly<Record<string, string>> = {
${[...types]
  .toSorted(([left], [right]) => (left < right ? -1 : 1))
  .map(
    ([name, fields]) =>
      `  '${short(name)}': '${[...fields].map(([field, told]) => `${field}:${told}`).join(' ')}',\n`,
  )
  .join('')}}

/** \`apiVersion kind type\` of each kind with such a type. */
export const MERGE_KINDS: readonly string[] = [
${kinds.map((line) => `  '${line}',\n`).join('')}]

/** \`apiVersion kind\` of what is in no namespace. */
export const CLUSTER_KINDS: readonly string[] = [
${cluster.map((line) => `  '${line}',\n`).join('')}]

/** \`apiVersion kind\` of what is in one. */
export const NAMESPACED_KINDS: readonly string[] = [
${namespaced.map((line) => `  '${line}',\n`).join('')}]
`
}

/** Says what a newer server merges that the table does not, and the other way round. */
async function compare(): Promise<void> {
  const { MERGE_TYPES, MERGE_KEYS_VERSION } = await import('../src/schema/gen/merge-keys.ts')
  const lists = new Map<string, string>()
  for (const [name, fields] of types)
    for (const [field, told] of fields)
      if (told.startsWith('[')) lists.set(`${short(name)}.${field}`, told)
  const known = new Map<string, string>()
  for (const [name, fields] of Object.entries(MERGE_TYPES))
    for (const told of fields.split(' ')) {
      const [field = '', list = ''] = told.split(':')
      if (list.startsWith('[')) known.set(`${name}.${field}`, list)
    }
  for (const [name, told] of [...lists].toSorted(([left], [right]) => (left < right ? -1 : 1)))
    if (known.get(name) !== told)
      console.log(
        `${name}: ${told} in ${values.version}, ${known.get(name) ?? 'replaced'} in ${MERGE_KEYS_VERSION}`,
      )
  for (const [name, told] of known)
    if (!lists.has(name))
      console.log(`${name}: ${told} in ${MERGE_KEYS_VERSION}, gone in ${values.version}`)
}
