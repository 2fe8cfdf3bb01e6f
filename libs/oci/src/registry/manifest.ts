import { FetchRefused } from '../fetch-refused.ts'
import { isDigest } from './digest.ts'

/** Something that a manifest names. */
export interface Descriptor {
  readonly mediaType: string
  /** Of what refers to another manifest. */
  readonly artifactType: string
  readonly digest: string
  readonly size: number
  readonly annotations: ReadonlyMap<string, string>
  /** `linux/amd64`; of an index, empty where it says none. */
  readonly platform: string
}

export type Manifest =
  | {
      readonly kind: 'image'
      readonly config: Descriptor | undefined
      readonly layers: readonly Descriptor[]
      readonly annotations: ReadonlyMap<string, string>
    }
  | { readonly kind: 'index'; readonly manifests: readonly Descriptor[] }

const ENTRIES_MAX = 1_000 // Layers of an image, platforms of an index.

export const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/** Reads a manifest or an index, by what it has. */
export function parseManifest(bytes: Uint8Array, what: string): Manifest {
  const value = parse(bytes, what)
  const manifests = fieldOf(value, 'manifests')
  if (Array.isArray(manifests)) return { kind: 'index', manifests: descriptors(manifests, what) }
  const layers = fieldOf(value, 'layers')
  if (!Array.isArray(layers)) throw refused(what, 'it has neither layers nor manifests')
  const config = fieldOf(value, 'config')
  return {
    kind: 'image',
    config: config === undefined ? undefined : descriptor(config, what),
    layers: descriptors(layers, what),
    annotations: texts(fieldOf(value, 'annotations')),
  }
}

function descriptors(values: readonly unknown[], what: string): readonly Descriptor[] {
  if (values.length > ENTRIES_MAX)
    throw refused(what, `it has ${values.length} entries; at most ${ENTRIES_MAX} are read`)
  return values.map((value) => descriptor(value, what))
}

function descriptor(value: unknown, what: string): Descriptor {
  const [mediaType, digest, size] = ['mediaType', 'digest', 'size'].map((name) =>
    fieldOf(value, name),
  )
  const artifactType = fieldOf(value, 'artifactType')
  if (typeof digest !== 'string' || !isDigest(digest) || typeof size !== 'number')
    throw refused(what, 'it names something without digest and size')
  const platform = fieldOf(value, 'platform')
  const [os, architecture] = [fieldOf(platform, 'os'), fieldOf(platform, 'architecture')]
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    artifactType: typeof artifactType === 'string' ? artifactType : '',
    digest,
    size,
    annotations: texts(fieldOf(value, 'annotations')),
    platform:
      typeof os === 'string' && typeof architecture === 'string' ? `${os}/${architecture}` : '',
  }
}

function texts(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return parsed
  } catch {
    throw refused(what, 'it is no JSON')
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function refused(what: string, why: string): FetchRefused {
  return new FetchRefused(
    'SOURCE_PROTOCOL',
    `${what} has no manifest that can be read: ${why}; check the URL`,
  )
}
