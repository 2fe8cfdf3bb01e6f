import { FetchRefused } from '../fetch-refused.ts'
import type { Descriptor, Manifest } from './manifest.ts'
import type { FoundManifest, Registry } from './registry.ts'

/** What Flux takes of an index where nothing else is asked for. */
const PLATFORM = 'linux/amd64'

export type ImageManifest = Extract<Manifest, { kind: 'image' }>

/** The image that a digest names; of an index that without a platform, or for linux/amd64, whichever is first. */
export async function pullImage(
  registry: Registry,
  digest: string,
  signal: AbortSignal,
): Promise<ImageManifest> {
  const { manifest } = await manifestOf(registry, digest, signal)
  if (manifest.kind === 'image') return manifest
  const chosen = manifest.manifests.find(({ platform }) => platform === '' || platform === PLATFORM)
  if (chosen === undefined)
    throw new FetchRefused(
      'SOURCE_LAYER',
      `${registry.name}@${digest} is an index without ${PLATFORM}; push the artifact for that platform, or for none`,
    )
  const inner = await manifestOf(registry, chosen.digest, signal)
  if (inner.manifest.kind === 'image') return inner.manifest
  throw new FetchRefused(
    'SOURCE_LAYER',
    `${registry.name}@${chosen.digest} is an index in an index; push an image`,
  )
}

/** The layer that is wanted: the first of a media type, or the first of all. */
export function selectLayer(
  { layers }: ImageManifest,
  { mediaType, what }: { readonly mediaType: string; readonly what: string },
): Descriptor {
  const layer = mediaType === '' ? layers[0] : layers.find((each) => each.mediaType === mediaType)
  if (layer !== undefined) return layer
  const has = [...new Set(layers.map((each) => each.mediaType))].slice(0, 5).join(', ')
  throw new FetchRefused(
    'SOURCE_LAYER',
    mediaType === ''
      ? `${what} has no layer; push the files as one`
      : `${what} has no layer of the media type ${mediaType}${has === '' ? '' : `; it has ${has}`}`,
  )
}

async function manifestOf(
  registry: Registry,
  digest: string,
  signal: AbortSignal,
): Promise<FoundManifest> {
  const found = await registry.manifest(digest, signal)
  if (found !== undefined) return found
  throw new FetchRefused(
    'SOURCE_REF_MISSING',
    `${registry.name} has no ${digest}, or these credentials do not see it; correct spec.ref`,
  )
}
