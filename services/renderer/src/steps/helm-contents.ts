import { HelmContents, type ReleaseChart, type RenderRequested } from '@tidemark/contracts'
import type { HelmReleaseContents } from '@tidemark/flux'
import { canonicalJson, parseJson, type JsonObject, type KeyedDigest } from '@tidemark/manifests'

/** What a HelmRelease holds beside its objects, as the bytes of a blob, which the store seals. */
export function packContents(contents: HelmReleaseContents): Uint8Array {
  const { chartMetadata, config, hooks, crds, ...texts } = contents
  const packed = HelmContents.fromPartial({
    ...texts,
    chartMetadataJson: bytesOf(chartMetadata),
    configJson: bytesOf(config),
    hooks: hooks.map(({ object, events, deletePolicies, outputLogPolicies, weight, path }) => ({
      json: bytesOf(object),
      events: [...events],
      weight,
      deletePolicies: [...deletePolicies],
      outputLogPolicies: [...outputLogPolicies],
      path,
    })),
    crdsJson: crds.map(bytesOf),
  })
  return HelmContents.encode(packed).finish()
}

/** Of a HelmRelease, what the digest of its manifests covers beside its objects: hooks, definitions, and which release it is. */
export function digestedContents(contents: HelmReleaseContents | undefined): readonly JsonObject[] {
  if (contents === undefined) return []
  const { releaseName, releaseNamespace, storageNamespace, chartName, chartVersion } = contents
  return [
    ...contents.hooks.map(({ object }) => object),
    ...contents.crds,
    { releaseName, releaseNamespace, storageNamespace, chartName, chartVersion },
  ]
}

/** The chart of a HelmRelease, for people. */
export function chartOf(contents: HelmReleaseContents | undefined): ReleaseChart | undefined {
  if (contents === undefined) return undefined
  const { chartName: name, chartVersion: version, appVersion } = contents
  return { name, version, appVersion }
}

interface ReleaseInputs {
  readonly helm: HelmReleaseContents
  readonly requested: RenderRequested
  readonly keyed: KeyedDigest
}

/**
 * What makes a HelmRelease another one: chart, values, post-renderers, metadata and names. Its number is none of it: a chart
 * that prints it is not released again for that alone. Values may be secret, so their digest is keyed.
 */
export function releaseInputs(
  readSetDigest: string,
  { helm, requested, keyed }: ReleaseInputs,
): string {
  const object = parseJson(Buffer.from(requested.objectJson).toString('utf8'))
  const spec = objectAt(object, 'spec')
  const parts = ['postRenderers', 'postRenderStrategy', 'commonMetadata'].map(
    (name) => spec[name] ?? null,
  )
  const { releaseName, releaseNamespace, storageNamespace, chartVersion } = helm
  const identity = [releaseName, releaseNamespace, storageNamespace, chartVersion]
  const values = keyed(canonicalJson(helm.config))
  return [readSetDigest, values, canonicalJson([...parts, ...identity])].join('\n')
}

function objectAt(value: unknown, key: string): JsonObject {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : {}
  return isObject(found) ? found : {}
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bytesOf(value: JsonObject): Uint8Array {
  return Buffer.from(canonicalJson(value))
}
