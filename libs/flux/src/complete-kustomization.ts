import { ManifestRefused, jsonFromYaml, readManifests } from '@tidemark/manifests'
import { folderOf, joinPath, type SourceTree } from '@tidemark/source-tree'
import {
  isYamlList,
  isYamlMap,
  parseYaml,
  parseYamlStream,
  printYaml,
  YamlError,
  type YamlMap,
  type YamlValue,
} from '@tidemark/yaml'
import type { KustomizationModel } from './kustomization.ts'
import { OverlayTree } from './overlay-tree.ts'
import { RenderRefused } from './render-refused.ts'

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const FILES_MAX = 10_000
const DEPTH_MAX = 32

/**
 * The tree as Flux builds it (kustomize-controller 1.9.4): where there is no kustomization at the path, one
 * is generated over all manifests below it; what the spec asks for is merged into it.
 */
export function completeKustomization(tree: SourceTree, model: KustomizationModel): SourceTree {
  const { path, spec } = model
  const found = tree.stat(path)
  if (found === undefined)
    throw new RenderRefused(
      'PATH_MISSING',
      `the source has no folder "${path}"; mend spec.path, or push the folder`,
      { file: path },
    )
  if (found.kind !== 'folder')
    throw new RenderRefused('PATH_MISSING', `"${path}" is a file; spec.path names a folder`, {
      file: path,
    })
  const name = NAMES.find((candidate) => tree.stat(joinPath(path, candidate)) !== undefined)
  const merges = MERGES.filter(({ field }) => spec[field] !== undefined && spec[field] !== '')
  if (name !== undefined && merges.length === 0) return tree
  const file = joinPath(path, name ?? 'kustomization.yaml')
  const kustomization = name === undefined ? generate(tree, path) : read(tree, file)
  for (const { field, merge } of merges) merge(kustomization, toYaml(spec[field]))
  return new OverlayTree(tree, file, Buffer.from(printYaml(kustomization, 'yaml2')))
}

function read(tree: SourceTree, file: string): Map<string, YamlValue> {
  try {
    const value = parseYaml(Buffer.from(tree.read(file)).toString('utf8'), {
      flavour: 'yaml3',
      duplicateKeys: 'error',
    })
    if (isYamlMap(value)) return new Map(value)
    throw new RenderRefused('KUSTOMIZE_FIELD_TYPE', `${file}: a kustomization is a mapping`, {
      file,
    })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw refusedYaml(error, file)
  }
}

/** A syntax error with its file and line. */
export function refusedYaml(error: YamlError, file: string): RenderRefused {
  const { line } = error
  const place = line === undefined ? file : `${file}:${line}`
  return new RenderRefused(error.code, `${place}: ${error.message}`, {
    file,
    ...(line === undefined ? {} : { line }),
    cause: error,
  })
}

/** Flux's generator: every manifest below the path; a folder with a kustomization of its own is one resource. */
function generate(tree: SourceTree, path: string): Map<string, YamlValue> {
  const resources: string[] = []
  collect(tree, { folder: path, prefix: '', depth: 0 }, resources)
  return new Map<string, YamlValue>([
    ['apiVersion', 'kustomize.config.k8s.io/v1beta1'],
    ['kind', 'Kustomization'],
    ['resources', resources],
  ])
}

function collect(
  tree: SourceTree,
  {
    folder,
    prefix,
    depth,
  }: { readonly folder: string; readonly prefix: string; readonly depth: number },
  resources: string[],
): void {
  if (depth > DEPTH_MAX)
    throw new RenderRefused(
      'KUSTOMIZE_LIMIT',
      `folders are nested deeper than ${DEPTH_MAX} at "${folder}"`,
      { file: folder },
    )
  for (const { name, kind } of tree.list(folder)) {
    const at = joinPath(folder, name)
    const resource = `${prefix}${name}`
    const stat = kind === 'link' ? tree.stat(at)?.kind : kind
    if (stat === 'folder') {
      const own = NAMES.some((candidate) => tree.stat(joinPath(at, candidate)) !== undefined)
      if (own) resources.push(resource)
      else collect(tree, { folder: at, prefix: `${resource}/`, depth: depth + 1 }, resources)
    } else if (/\.ya?ml$/u.test(name)) {
      checkManifests(tree, at)
      resources.push(resource)
    }
    if (resources.length > FILES_MAX)
      throw new RenderRefused(
        'KUSTOMIZE_LIMIT',
        `more than ${FILES_MAX} manifests below "${folderOf(at)}"`,
        { file: folder },
      )
  }
}

/** As Flux: each YAML file below the path must hold Kubernetes objects. */
function checkManifests(tree: SourceTree, file: string): void {
  try {
    const text = Buffer.from(tree.read(file)).toString('utf8')
    for (const value of parseYamlStream(text, { flavour: 'yaml3', duplicateKeys: 'error' }))
      readManifests(jsonFromYaml(value), file)
  } catch (error) {
    if (error instanceof YamlError) throw refusedYaml(error, file)
    if (error instanceof ManifestRefused)
      throw new RenderRefused(
        'NO_OBJECT',
        `${error.message}; every YAML file below spec.path must hold Kubernetes objects, or be listed in .sourceignore`,
        { file },
      )
    throw error
  }
}

type Merge = (kustomization: Map<string, YamlValue>, value: YamlValue) => void

/** Field of the spec -> how it goes into the kustomization. */
const MERGES: readonly { readonly field: string; readonly merge: Merge }[] = [
  { field: 'targetNamespace', merge: (into, value) => into.set('namespace', value) },
  { field: 'namePrefix', merge: (into, value) => into.set('namePrefix', value) },
  { field: 'nameSuffix', merge: (into, value) => into.set('nameSuffix', value) },
  { field: 'patches', merge: (into, value) => append(into, 'patches', value) },
  { field: 'components', merge: (into, value) => append(into, 'components', value) },
  { field: 'images', merge: mergeImages },
]

function append(into: Map<string, YamlValue>, field: string, value: YamlValue): void {
  into.set(field, [...listOf(into.get(field)), ...listOf(value)])
}

/** By name; a new tag and a digest are one unit, so an image of the spec replaces that of the file. */
function mergeImages(into: Map<string, YamlValue>, value: YamlValue): void {
  const added = listOf(value)
  const names = new Set(added.map(imageName))
  const kept = listOf(into.get('images')).filter((image) => !names.has(imageName(image)))
  into.set('images', [...kept, ...added])
}

function imageName(image: YamlValue): YamlValue | undefined {
  return isYamlMap(image) ? image.get('name') : undefined
}

function listOf(value: YamlValue | undefined): readonly YamlValue[] {
  return value !== undefined && isYamlList(value) ? value : []
}

function toYaml(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(toYaml)
  if (typeof value === 'object' && value !== null)
    return new Map(
      Object.entries(value).map(([key, inner]) => [key, toYaml(inner)]),
    ) satisfies YamlMap
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null
}
