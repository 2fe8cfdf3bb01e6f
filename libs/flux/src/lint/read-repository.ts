import { buildKustomization, KUSTOMIZATION_FILE_NAMES, KustomizeError } from '@tidemark/kustomize'
import { isJsonObject, jsonFromYaml, type JsonObject } from '@tidemark/manifests'
import { joinPath, type SourceTree } from '@tidemark/source-tree'
import { parseDocuments, toValue, YamlError } from '@tidemark/yaml'
import { isRecord } from '../fields.ts'
import { textOf } from '../flux-object.ts'
import { FLUX_KINDS } from '../flux-kinds.ts'
import { groupOf } from '../roles.ts'
import { lineAt } from './line-at.ts'
import { at, itemsAt } from './lint-rule.ts'

const FILES_MAX = 20_000 // Far more than any repository of manifests that we met.
const DEPTH_MAX = 64

/** A Kubernetes object of a file, or what a kustomization makes of it. */
export interface LintObject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly value: JsonObject
  readonly spec: unknown
  readonly file: string
  /** The line of a field, or of the nearest thing around it that is written down. */
  readonly lineOf: (field: string) => number
}

/** What cannot be read at all. */
export interface Unread {
  readonly file: string
  readonly line: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** All that a repository declares, as it is when its kustomizations are built. */
export interface LintRepository {
  readonly tree: SourceTree
  /** Objects of Flux's kinds. */
  readonly objects: readonly LintObject[]
  /** All objects, as they are written down. */
  readonly written: readonly LintObject[]
  readonly unread: readonly Unread[]
  readonly files: number
}

/** Reads all YAML files of a tree, and builds each kustomization that no other one takes in. */
export function readRepository(tree: SourceTree): LintRepository {
  const files = yamlFiles(tree)
  const unread: Unread[] = []
  const written = files.flatMap((file) => readFile(tree, file, unread))
  const { built, patches } = buildRoots(tree, files, written, unread)
  const done = new Set(built.map(keyOf))
  const loose = written.filter((object) => !done.has(keyOf(object)) && !patches.has(object.file))
  return {
    tree,
    objects: [...built, ...loose].filter(isFlux),
    written: written.filter(({ file }) => !patches.has(file)),
    unread,
    files: files.length,
  }
}

const GROUPS = new Set(FLUX_KINDS.map(({ apiVersion }) => groupOf(apiVersion)))

function isFlux({ apiVersion }: LintObject): boolean {
  return GROUPS.has(groupOf(apiVersion))
}

function keyOf({ file, kind, name }: LintObject): string {
  return `${file} ${kind} ${name}`
}

/** The files, but for those of charts and of folders that begin with a dot. */
function yamlFiles(tree: SourceTree): readonly string[] {
  const found: string[] = []
  const walk = (folder: string, depth: number): void => {
    const entries = tree.list(folder)
    const isChart = entries.some(({ name }) => name === 'Chart.yaml')
    for (const { name, kind } of entries) {
      const path = joinPath(folder, name)
      if (found.length >= FILES_MAX) return
      if (kind === 'folder') {
        const skipped = name.startsWith('.') || name === 'node_modules' || isChart
        if (!skipped && depth < DEPTH_MAX) walk(path, depth + 1)
      } else if (kind === 'file' && /\.ya?ml$/u.test(name)) found.push(path)
    }
  }
  walk('', 0)
  return found
}

function readFile(tree: SourceTree, file: string, unread: Unread[]): readonly LintObject[] {
  try {
    return parseDocuments(tree.read(file), { flavour: 'yaml3' }).flatMap((node) => {
      const value = jsonFromYaml(toValue(node, { flavour: 'yaml3', duplicateKeys: 'error' }))
      return isJsonObject(value) ? lintObject(value, file, (field) => lineAt(node, field)) : []
    })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    unread.push({ file, line: error.line ?? 1, severity: 'error', message: error.message })
    return []
  }
}

/** None where it is no Kubernetes object. */
function lintObject(
  value: JsonObject,
  file: string,
  lineOf: LintObject['lineOf'] = () => 1,
): readonly LintObject[] {
  const { apiVersion, kind, metadata, spec } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return []
  return [
    {
      apiVersion,
      kind,
      name: textOf(isRecord(metadata) ? metadata['name'] : ''),
      namespace: textOf(isRecord(metadata) ? metadata['namespace'] : ''),
      value,
      spec,
      file,
      lineOf,
    },
  ]
}

interface Built {
  readonly built: readonly LintObject[]
  /** Files that only change other objects. */
  readonly patches: ReadonlySet<string>
}

function buildRoots(
  tree: SourceTree,
  files: readonly string[],
  written: readonly LintObject[],
  unread: Unread[],
): Built {
  const kustomizations = files.filter((file) =>
    KUSTOMIZATION_FILE_NAMES.includes(file.split('/').at(-1) ?? ''),
  )
  const taken = new Set<string>()
  const patches = new Set<string>()
  const parts = new Set<string>()
  for (const file of kustomizations) {
    const folder = folderOf(file)
    const value = kustomizationIn(tree, file)
    if (value['kind'] === 'Component') parts.add(folder)
    const below = (names: readonly string[], pick: (entry: unknown) => string): readonly string[] =>
      names.flatMap((name) => itemsAt(value, name).map((entry) => resolve(folder, pick(entry))))
    for (const path of below(['resources', 'bases', 'components'], textOf)) taken.add(path)
    for (const path of [
      ...below(['patchesStrategicMerge'], textOf),
      ...below(['patches', 'patchesJson6902'], (entry) => textOf(at(entry, 'path'))),
    ])
      patches.add(path)
  }
  const roots = kustomizations.filter((file) => {
    const folder = folderOf(file)
    return !taken.has(folder) && !parts.has(folder)
  })
  const built = roots.flatMap((file) => buildOne(tree, file, written, unread))
  return { built, patches }
}

function kustomizationIn(tree: SourceTree, file: string): Readonly<Record<string, unknown>> {
  try {
    const [node] = parseDocuments(tree.read(file), { flavour: 'yaml3', documents: 'first' })
    const value =
      node === undefined
        ? {}
        : jsonFromYaml(toValue(node, { flavour: 'yaml3', duplicateKeys: 'last-wins' }))
    return isRecord(value) ? value : {}
  } catch (error) {
    if (error instanceof YamlError) return {} // Told where the file is read.
    throw error
  }
}

const REMOTE = /^(?:https?|ssh|git)[:@]|\?ref=|^github\.com\//u

function buildOne(
  tree: SourceTree,
  file: string,
  written: readonly LintObject[],
  unread: Unread[],
): readonly LintObject[] {
  const remote = itemsAt(kustomizationIn(tree, file), 'resources').find((entry) =>
    REMOTE.test(textOf(entry)),
  )
  if (remote !== undefined) {
    const message = `is not built: ${textOf(remote)} is elsewhere, and lint does not use the network`
    unread.push({ file, line: 1, severity: 'warning', message })
    return []
  }
  try {
    const { objects } = buildKustomization({
      tree,
      path: folderOf(file),
      loadRestriction: 'none',
      reorder: 'none',
    })
    return objects.flatMap((object) => {
      const value = jsonFromYaml(object.value)
      if (!isJsonObject(value)) return []
      const source = written.find(
        (each) =>
          each.file === object.origin.path &&
          each.kind === object.kind &&
          object.name.includes(each.name),
      )
      const place = source ?? lintObject(value, object.origin.path || file)[0]
      return lintObject(value, place?.file ?? file, source?.lineOf)
    })
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    unread.push({ file, line: 1, severity: 'error', message: `does not build: ${error.message}` })
    return []
  }
}

function folderOf(file: string): string {
  return file.split('/').slice(0, -1).join('/')
}

function resolve(folder: string, entry: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${entry}`.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  return parts.join('/')
}
