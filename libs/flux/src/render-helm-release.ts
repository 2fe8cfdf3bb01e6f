import {
  decodeJson,
  encodeJson,
  fromBuffer,
  fromBytes,
  type GeneratedValues,
  GoMap,
  toBytes,
} from '@tidemark/go-template'
import {
  type Capabilities,
  type Chart,
  HelmError,
  hintOf,
  loadChart,
  renderChart,
  type RenderedChart,
  valuesFromReferences,
} from '@tidemark/helm'
import type { Clock } from '@tidemark/kernel'
import { KustomizeError } from '@tidemark/kustomize'
import { isJsonObject, type JsonObject, parseJson } from '@tidemark/manifests'
import { folderTree, type Reads, RecordingTree, type SourceTree } from '@tidemark/source-tree'
import { compareVersions, formatVersion, parseVersion, withMetadata } from '@tidemark/semver'
import { describeProblems } from './flux-object.ts'
import { readHelmRelease, type HelmReleaseModel } from './helm-release.ts'
import { type Documents, placeInNamespace, postRender } from './helm-post-render.ts'
import { originOf } from './origin.ts'
import { decodeCapabilities, inputFor, type FluxInput } from './reference.ts'
import { RenderRefused } from './render-refused.ts'

/** What a HelmRelease is rendered from, beside its object. */
export interface HelmReleaseInput {
  readonly tree: SourceTree
  /** Of the artifact: that of an OCI artifact becomes a part of the chart's version. */
  readonly sourceRevision: string
  /** The number of the release that this would be; 1 is an install. */
  readonly revision: number
  /**
   * What the objects of `spec.valuesFrom` hold, and what the cluster serves. Those that are not there are left out; without
   * those of a cluster, charts see the capabilities that Helm assumes.
   */
  readonly inputs: readonly FluxInput[]
  readonly generated: GeneratedValues
  readonly clock?: Clock
}

/** What a HelmRelease delivers. Ordinary objects are apart from what has a life of its own. */
export interface RenderedHelmRelease {
  readonly objects: readonly JsonObject[]
  readonly contents: HelmReleaseContents
  readonly warnings: readonly string[]
  readonly reads: Reads
}

export interface HelmReleaseContents {
  readonly releaseName: string
  readonly releaseNamespace: string
  readonly storageNamespace: string
  readonly chartName: string
  readonly chartVersion: string
  readonly appVersion: string
  /** Chart.yaml. */
  readonly chartMetadata: JsonObject
  /** The values that were given, merged; without those of the chart. */
  readonly config: JsonObject
  readonly notes: string
  readonly hooks: readonly HelmReleaseHook[]
  readonly crds: readonly JsonObject[]
}

export interface HelmReleaseHook {
  readonly object: JsonObject
  readonly events: readonly string[]
  readonly weight: number
  readonly deletePolicies: readonly string[]
  readonly outputLogPolicies: readonly string[]
  readonly path: string
}

/**
 * What a HelmRelease delivers from the chart of its source, as helm-controller 1.6 with Helm 4.2 would install it: values in
 * Flux's order, post-renderers, common metadata, owner labels. A pure function of its arguments, but for what `generated`
 * draws. Throws RenderRefused.
 */
export function renderHelmRelease(object: unknown, input: HelmReleaseInput): RenderedHelmRelease {
  const read = readHelmRelease(object)
  if (read.kind === 'refused')
    throw new RenderRefused('INVALID_OBJECT', describeProblems('HelmRelease', read.problems))
  const place = { file: originOf(object), model: read.model }
  try {
    return render(read.model, input)
  } catch (error) {
    if (error instanceof HelmError) throw refusedChart(error, place)
    if (error instanceof KustomizeError)
      throw new RenderRefused(error.code, `${nameOf(place)}: ${error.message}`, {
        file: place.file,
        cause: error,
      })
    throw error
  }
}

function render(model: HelmReleaseModel, input: HelmReleaseInput): RenderedHelmRelease {
  const recorder = new RecordingTree(input.tree)
  const chart = withRevision(loadChart(chartFolder(recorder), 'helm4'), model, input)
  const values = valuesOf(model, input)
  const config = jsonObjectOf(values)
  const action = input.revision > 1 ? 'upgrade' : 'install'
  const rendered = renderChart(chart, {
    release: {
      name: model.releaseName,
      namespace: model.releaseNamespace,
      action,
      revision: input.revision,
    },
    values,
    capabilities: capabilitiesOf(input),
    generated: input.generated,
    schemas: model.schemas[action] ? 'validate' : 'skip',
    ...(input.clock === undefined ? {} : { clock: input.clock }),
  })
  const { manifests, hooks, crds } = placeInNamespace(postRender(rendered, model), model)
  return {
    objects: manifests,
    contents: {
      releaseName: model.releaseName,
      releaseNamespace: model.releaseNamespace,
      storageNamespace: model.storageNamespace,
      ...describeChart(chart),
      config,
      notes: fromBytes(rendered.notes),
      hooks: hooks.map(hookOf),
      crds,
    },
    warnings: warningsOf(rendered),
    reads: recorder.reads(),
  }
}

function capabilitiesOf({ inputs }: HelmReleaseInput): Capabilities {
  const apis = decodeCapabilities(inputs)
  return apis === undefined ? {} : { ...apis, apiVersionsOnly: true }
}

/** Charts lie at the root; those of an OCI artifact in a folder of their own, which Helm takes away from an archive. */
function chartFolder(tree: SourceTree): SourceTree {
  if (tree.stat('Chart.yaml')?.kind === 'file') return tree
  const folder = tree.list('').find(({ name }) => tree.stat(`${name}/Chart.yaml`)?.kind === 'file')
  return folder === undefined ? tree : folderTree(tree, folder.name)
}

/** A tag that moved is another version: the digest is a part of it, as in helm-controller. */
function withRevision(
  chart: Chart,
  { source }: HelmReleaseModel,
  { sourceRevision }: HelmReleaseInput,
): Chart {
  const isDigested = source.kind === 'OCIRepository' || source.kind === 'ExternalArtifact'
  if (!isDigested || !sourceRevision.includes(':')) return chart
  const [named = '', digest = named] = sourceRevision.split('@')
  const own = parseVersion(fromBytes(chart.metadata.version))
  const tag = named === digest ? undefined : versionOf(named.replaceAll('_', '+'))
  if (tag !== undefined && compareVersions(tag, own) !== 0)
    throw new HelmError(
      'CHART_VERSION',
      `artifact revision ${named} does not match chart version ${chart.metadata.version}`,
    )
  const short = digest.slice(digest.indexOf(':') + 1).slice(0, DIGEST_LENGTH)
  const version = toBytes(formatVersion(withMetadata(own, short)))
  return { ...chart, metadata: { ...chart.metadata, version } }
}

const DIGEST_LENGTH = 12

function versionOf(text: string): ReturnType<typeof parseVersion> | undefined {
  try {
    return parseVersion(text)
  } catch {
    return undefined
  }
}

function valuesOf(
  { namespace, valuesFrom, spec }: HelmReleaseModel,
  input: HelmReleaseInput,
): GoMap {
  const inline = decodeJson(toBytes(JSON.stringify(spec['values'] ?? {})), 'object')
  return valuesFromReferences({
    namespace,
    references: valuesFrom,
    values: inline instanceof GoMap ? inline : new GoMap(),
    find: (kind, name) => {
      const found = inputFor({ kind, namespace, name }, input.inputs)
      return found && new Map([...found].map(([key, bytes]) => [key, fromBuffer(bytes)]))
    },
  })
}

function jsonObjectOf(values: GoMap): JsonObject {
  const json = parseJson(fromBytes(encodeJson(values, { escapesHtml: false, isIndented: false })))
  return isJsonObject(json) ? json : {}
}

function describeChart({
  metadata,
}: Chart): Pick<
  HelmReleaseContents,
  'chartName' | 'chartVersion' | 'appVersion' | 'chartMetadata'
> {
  return {
    chartName: fromBytes(metadata.name),
    chartVersion: fromBytes(metadata.version),
    appVersion: fromBytes(metadata.appVersion),
    chartMetadata: metadataOf(metadata),
  }
}

/** Chart.yaml as Helm keeps it with a release: what is empty is left out. */
function metadataOf(metadata: Chart['metadata']): JsonObject {
  const { annotations, dependencies, tags, condition, ...others } = metadata
  const listed = (dependencies ?? []).map(({ name, version, repository, ...dependency }) => {
    const { condition: when, tags: tagged, enabled, alias } = dependency
    return { name, version, repository, condition: when, tags: tagged, enabled, alias }
  })
  const whole = {
    ...others,
    tags,
    condition,
    annotations: annotations === undefined ? {} : Object.fromEntries(annotations),
    dependencies: listed,
  }
  const json = parseJson(fromBytes(JSON.stringify(whole, withoutEmpty)))
  return isJsonObject(json) ? json : {}
}

function withoutEmpty(key: string, value: unknown): unknown {
  if (value === '' || value === false) return undefined
  if (key === '') return value
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isEmpty ? undefined : value
}

function hookOf({ object, hook }: Documents['hooks'][number]): HelmReleaseHook {
  const { events, weight, deletePolicies, outputLogPolicies, source } = hook
  return {
    object,
    events,
    weight,
    deletePolicies: deletePolicies.length === 0 ? ['before-hook-creation'] : deletePolicies,
    outputLogPolicies,
    path: fromBytes(source),
  }
}

function warningsOf({ reads }: RenderedChart): readonly string[] {
  return reads.lookups.map(
    (asked) =>
      `lookup found nothing for ${asked}: charts are rendered without looking at the cluster; set the values that the chart would take from there`,
  )
}

interface Place {
  readonly file: string
  readonly model: HelmReleaseModel
}

function nameOf({ file, model }: Place): string {
  return `${file === '' ? '' : `${file}: `}HelmRelease ${model.namespace}/${model.name}`
}

function refusedChart(error: HelmError, place: Place): RenderRefused {
  const hint = hintOf(error)
  const text = `${nameOf(place)}: ${fromBytes(error.message).trimEnd()}${hint === undefined ? '' : `; ${hint}`}`
  return new RenderRefused(error.code, text, { file: place.file, cause: error })
}
