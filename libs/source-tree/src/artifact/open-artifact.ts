import { SourceError } from '../source-error.ts'
import { type IndexEntry, indexedTree, type SourceTree } from '../source-tree.ts'
import { type ArtifactIndex, decodeArtifactIndex, type PackedFile } from './artifact-index.ts'

/** Gives the bytes of a blob by its name. */
export type GetBlob = (name: string, signal: AbortSignal) => Promise<Uint8Array>

export interface ArtifactSource {
  readonly get: GetBlob
  /** The name of the artifact's index, `artifact_blob` of an event. */
  readonly blob: string
  /**
   * `files` (the default) brings every pack; `digests` brings none: links, listings and digests answer, and
   * `read` of a file is refused. Comparing two revisions needs no more.
   */
  readonly content?: 'files' | 'digests'
}

/** Opens an artifact as a tree. Its index is read at once, its packs side by side. @throws SourceError */
export async function openArtifact(
  { get, blob, content = 'files' }: ArtifactSource,
  signal: AbortSignal,
): Promise<SourceTree> {
  const index = decodeArtifactIndex(await get(blob, signal))
  const packs =
    content === 'files' ? await Promise.all(index.packs.map((pack) => get(pack.blob, signal))) : []
  return artifactTree(index, packs)
}

/** The tree of an index and its packs; where a pack is not given, the files in it cannot be read. */
export function artifactTree({ files }: ArtifactIndex, packs: readonly Uint8Array[]): SourceTree {
  const contents = new Map<IndexEntry, () => Uint8Array>()
  const entries = files.map((file): IndexEntry => {
    const { path, mode, size, sha256 } = file
    const entry = { path, mode, size, sha256 }
    contents.set(entry, () =>
      file.mode === '120000' ? Buffer.from(file.target) : unpack(file, packs[file.pack]),
    )
    return entry
  })
  return indexedTree(entries, (entry) => contents.get(entry)?.() ?? new Uint8Array())
}

function unpack({ path, offset, size }: PackedFile, pack: Uint8Array | undefined): Uint8Array {
  if (pack === undefined)
    throw new SourceError('SOURCE_MISSING', path, `"${path}" was opened for its digest alone`)
  const bytes = pack.subarray(offset, offset + size)
  if (bytes.length !== size)
    throw new SourceError('ARCHIVE_FORMAT', path, `the pack that holds "${path}" is too short`)
  return bytes
}
