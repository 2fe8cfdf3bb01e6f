import type { Blob, TreeEntry } from '@tidemark/git'
import {
  type ArtifactIndex,
  artifactDigest,
  decodeArtifactIndex,
  encodeArtifactIndex,
} from '@tidemark/source-tree'
import { applyIgnoreRules } from './apply-ignore-rules.ts'
import { Contents } from './artifact-contents.ts'

/** Where artifacts are kept: blobs under names that follow from their bytes. */
export interface ArtifactBlobs {
  put(bytes: Uint8Array, signal?: AbortSignal): Promise<string>
  get(name: string, signal?: AbortSignal): Promise<Uint8Array>
}

/** The files of a revision before they are kept. */
export interface Listing {
  readonly tree: readonly TreeEntry[]
  /** Contents by object id, in the order asked for. */
  readonly blobs: (oids: readonly string[], signal: AbortSignal) => AsyncIterable<Blob>
  /** `flux` where none is said: `.sourceignore` and `spec.ignore` as Flux reads them; `none`: every file is kept. */
  readonly rules?: 'flux' | 'none'
  /** `spec.ignore`. */
  readonly ignore?: string
  /** The index of the artifact before: its files are neither read nor stored again. */
  readonly previous?: string
}

export interface StoredArtifact {
  /** The canonical digest of the files. */
  readonly digest: string
  /** The name of the index. */
  readonly blob: string
  readonly files: number
  readonly bytes: number
}

/**
 * Keeps the files of a revision, after ignore rules: what the artifact before holds stays where it is, what is
 * new becomes a pack, and the index is put last, so that it never names what is not there. Submodules are left
 * out, as in Flux without `recurseSubmodules`; links are kept as links. It may run again after a crash at any
 * point: blobs are named by their bytes.
 * @throws GitRefused SOURCE_SIZE, and what `listing.blobs` and the store throw.
 */
export async function storeArtifact(
  blobs: ArtifactBlobs,
  listing: Listing,
  signal: AbortSignal,
): Promise<StoredArtifact> {
  const previous = await readPrevious(blobs, listing.previous, signal)
  const decided = {
    rules: previous.rules,
    paths: new Set(previous.files.map(({ path }) => path)),
  }
  const { entries, rules } = await applyIgnoreRules(listing, decided, signal)
  const contents = new Contents(previous, entries, (bytes) => blobs.put(bytes, signal))
  await contents.move((blob) => blobs.get(blob, signal))
  await contents.read((oids) => listing.blobs(oids, signal))
  const packs = await contents.finish()
  const files = entries.map((entry) => contents.fileOf(entry))
  const index = { packs, rules, files }
  return {
    digest: artifactDigest(index),
    blob: await blobs.put(encodeArtifactIndex(index), signal),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  }
}

async function readPrevious(
  blobs: ArtifactBlobs,
  previous: string | undefined,
  signal: AbortSignal,
): Promise<ArtifactIndex> {
  if (previous === undefined) return { packs: [], rules: '', files: [] }
  return decodeArtifactIndex(await blobs.get(previous, signal))
}
