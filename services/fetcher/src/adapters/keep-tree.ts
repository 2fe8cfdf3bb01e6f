import type { TreeEntry } from '@tidemark/git'
import type { SourceTree } from '@tidemark/source-tree'
import type { Observation } from '../domain/source.ts'
import { storeArtifact, type ArtifactBlobs } from './artifact-store.ts'

export interface KeepOptions {
  /** `flux`: `.sourceignore` and `spec.ignore` as Flux reads them; `none`: every file is kept. */
  readonly rules: 'flux' | 'none'
  readonly ignore?: string | undefined
  /** The index of the artifact before; empty where there is none. */
  readonly previousBlob: string
}

type Kept = Pick<
  Extract<Observation, { kind: 'found' }>,
  'artifactDigest' | 'artifactBlob' | 'fileCount' | 'byteCount'
>

/** Keeps the files of a tree in memory as an artifact; contents are known by their SHA-256. */
export async function keepTree(
  blobs: ArtifactBlobs,
  tree: SourceTree,
  { rules, ignore, previousBlob }: KeepOptions,
  signal: AbortSignal,
): Promise<Kept> {
  const paths = new Map<string, string>()
  const entries: TreeEntry[] = []
  for (const { path, mode } of tree.entries()) {
    const oid = tree.sha256(path)
    paths.set(oid, path)
    entries.push({ path, mode, oid })
  }
  const kept = await storeArtifact(
    blobs,
    {
      tree: entries,
      blobs: (oids) => contentsOf(tree, paths, oids),
      rules,
      ...(ignore === undefined ? {} : { ignore }),
      ...(previousBlob === '' ? {} : { previous: previousBlob }),
    },
    signal,
  )
  const { digest, blob, files, bytes } = kept
  return { artifactDigest: digest, artifactBlob: blob, fileCount: files, byteCount: bytes }
}

// oxlint-disable-next-line typescript/require-await -- The files of a commit are read; these are here.
async function* contentsOf(
  tree: SourceTree,
  paths: ReadonlyMap<string, string>,
  oids: readonly string[],
): AsyncGenerator<{ readonly oid: string; readonly bytes: Uint8Array }> {
  for (const oid of oids) yield { oid, bytes: tree.read(paths.get(oid) ?? '') }
}
