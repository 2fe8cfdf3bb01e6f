import { fromBytes, toBytes } from '@tidemark/go-template'
import { type Hook, type Manifest, type RenderedChart, sortFiles } from '@tidemark/helm'
import { buildKustomization, isClusterScoped, NO_FIELDS } from '@tidemark/kustomize'
import {
  canonicalJson,
  field,
  isJsonObject,
  type Json,
  jsonFromYaml,
  type JsonObject,
  parseJson,
  textField,
} from '@tidemark/manifests'
import { memoryTree } from '@tidemark/source-tree'
import { isRecord } from './fields.ts'
import type { HelmReleaseModel, PostRenderer } from './helm-release.ts'
import { mergeSpec } from './kustomization/merge-spec.ts'

const OWNER = 'helm.toolkit.fluxcd.io'

/** The objects of a release, by what becomes of them. */
export interface Documents {
  readonly manifests: readonly JsonObject[]
  readonly hooks: readonly { readonly object: JsonObject; readonly hook: Hook }[]
  readonly crds: readonly JsonObject[]
}

/**
 * What was rendered, through the post-renderers of a HelmRelease, its common metadata and the labels of its owner. Hooks go
 * through them together with the others, apart, or not at all, as `postRenderStrategy` says; definitions of `crds` get the
 * labels alone. Throws KustomizeError, HelmError.
 */
export function postRender(rendered: RenderedChart, model: HelmReleaseModel): Documents {
  const { manifests, hooks, flavour } = rendered
  const change = (documents: readonly Manifest[]): ReadonlyMap<string, readonly JsonObject[]> =>
    changed(documents, model)
  const groups = {
    combined: () => [change([...manifests, ...hooks])],
    separate: () => [change(hooks), change(manifests)],
    nohooks: () => [read(filesOf(hooks)), change(manifests)],
  }[model.postRenderStrategy]()
  const files = new Map<string, string>()
  for (const [path, objects] of groups.flatMap((group) => Array.from(group))) {
    const texts = objects.map((object) => toBytes(canonicalJson(object)))
    const source = toBytes(path)
    const known = files.get(source)
    files.set(source, [...(known === undefined ? [] : [known]), ...texts].join(SEPARATOR))
  }
  const sorted = sortFiles(files, flavour)
  return {
    manifests: sorted.manifests.map(objectOf),
    hooks: sorted.hooks.map((hook) => ({ object: objectOf(hook), hook })),
    crds: definitionsOf(rendered, model),
  }
}

/** Puts what has no namespace of its own, and is of a kind that is known to have one, into that of the release. */
export function placeInNamespace(
  { manifests, hooks, crds }: Documents,
  { releaseNamespace }: HelmReleaseModel,
): Documents {
  const scopes = new Map([...crds, ...manifests].flatMap(scopeOf))
  const place = (object: JsonObject): JsonObject => placed(object, releaseNamespace, scopes)
  return {
    manifests: manifests.map(place),
    hooks: hooks.map(({ object, hook }) => ({ object: place(object), hook })),
    crds,
  }
}

const SEPARATOR = '\n---\n'

function objectOf({ content }: Manifest): JsonObject {
  const json = parseJson(fromBytes(content))
  return isJsonObject(json) ? json : {}
}

function changed(
  documents: readonly Manifest[],
  model: HelmReleaseModel,
): ReadonlyMap<string, readonly JsonObject[]> {
  let files = filesOf(documents)
  for (const renderer of model.postRenderers) files = textsOf(build(files, renderer))
  const metadata = commonMetadataOf(model)
  return new Map(
    [...read(files)].map(([path, objects]) => [
      path,
      objects.map((object) => labelled(object, metadata)),
    ]),
  )
}

/** One file for each template, of what it printed that is more than comments. */
function filesOf(documents: readonly Manifest[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const { source, content } of documents.toSorted((one, two) => one.position - two.position)) {
    const text = fromBytes(content)
    if (isBlank(text)) continue
    const path = fromBytes(source)
    const known = files.get(path)
    files.set(path, known === undefined ? text : `${known}${SEPARATOR}${text}`)
  }
  return files
}

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---\s*)?$/u.test(line))
}

const NOTHING: PostRenderer = { patches: [], images: [] }

function read(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly JsonObject[]> {
  return build(files, NOTHING)
}

/** Builds a kustomization over the files, as Flux does, also to read them: one way to read YAML. */
function build(
  files: ReadonlyMap<string, string>,
  renderer: PostRenderer,
): ReadonlyMap<string, readonly JsonObject[]> {
  if (files.size === 0) return new Map()
  const resources = [...files.keys()]
  const { objects } = buildKustomization({
    tree: memoryTree([...files]),
    path: '',
    kustomization: {
      fileName: 'kustomization.yaml',
      fields: mergeSpec({ ...NO_FIELDS, resources }, { ...renderer }, []),
    },
    loadRestriction: 'none',
    reorder: 'none',
  })
  const built = new Map<string, JsonObject[]>()
  for (const { value, origin } of objects) {
    const json: Json = jsonFromYaml(value)
    if (!isJsonObject(json)) continue
    const known = built.get(origin.path)
    if (known === undefined) built.set(origin.path, [json])
    else known.push(json)
  }
  return built
}

function textsOf(built: ReadonlyMap<string, readonly JsonObject[]>): ReadonlyMap<string, string> {
  return new Map(
    [...built].map(([path, objects]) => [
      path,
      objects.map((object) => canonicalJson(object)).join(SEPARATOR),
    ]),
  )
}

interface CommonMetadata {
  readonly labels: JsonObject
  readonly annotations: JsonObject
}

/** Labels of the owner go before those of `commonMetadata`. */
function commonMetadataOf(model: HelmReleaseModel): CommonMetadata {
  const { commonMetadata } = model.spec
  const common = isRecord(commonMetadata) ? commonMetadata : {}
  return {
    labels: { ...textMap(common['labels']), ...ownerOf(model) },
    annotations: textMap(common['annotations']),
  }
}

function ownerOf({ name, namespace }: HelmReleaseModel): JsonObject {
  return { [`${OWNER}/name`]: name, [`${OWNER}/namespace`]: namespace }
}

function textMap(value: unknown): JsonObject {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
}

function labelled(object: JsonObject, { labels, annotations }: CommonMetadata): JsonObject {
  const metadata = objectAt(object, 'metadata')
  const notes = { ...objectAt(metadata, 'annotations'), ...annotations }
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...objectAt(metadata, 'labels'), ...labels },
      ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }),
    },
  }
}

/** What is in `crds` and is no definition is left out, as in Flux. */
function definitionsOf({ crds }: RenderedChart, model: HelmReleaseModel): readonly JsonObject[] {
  const files = new Map<string, string>()
  for (const { source, content } of crds) {
    const text = fromBytes(content)
    if (!isBlank(text)) files.set(fromBytes(source), text)
  }
  const metadata = { labels: ownerOf(model), annotations: {} }
  return [...read(files).values()]
    .flat()
    .filter((object) => object['kind'] === 'CustomResourceDefinition')
    .map((object) => labelled(object, metadata))
}

type Scope = readonly [string, 'cluster' | 'namespaced']

/** `<group>/<kind>` of a definition, and where its objects live. */
function scopeOf(object: JsonObject): readonly Scope[] {
  if (object['kind'] !== 'CustomResourceDefinition') return []
  const key = `${textField(object, 'spec', 'group') ?? ''}/${textField(object, 'spec', 'names', 'kind') ?? ''}`
  return [[key, textField(object, 'spec', 'scope') === 'Cluster' ? 'cluster' : 'namespaced']]
}

function placed(
  object: JsonObject,
  namespace: string,
  scopes: ReadonlyMap<string, Scope[1]>,
): JsonObject {
  if ((textField(object, 'metadata', 'namespace') ?? '') !== '') return object
  const apiVersion = textField(object, 'apiVersion') ?? ''
  const kind = textField(object, 'kind') ?? ''
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const known = isClusterScoped(apiVersion, kind)
  const scope =
    scopes.get(`${group}/${kind}`) ??
    (known === undefined ? undefined : known ? 'cluster' : 'namespaced')
  if (scope !== 'namespaced') return object
  return { ...object, metadata: { ...objectAt(object, 'metadata'), namespace } }
}

function objectAt(value: Json, key: string): JsonObject {
  const found = field(value, key)
  return isJsonObject(found) ? found : {}
}
