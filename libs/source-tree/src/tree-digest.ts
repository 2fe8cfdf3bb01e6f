import type { ArtifactIndex } from './artifact/artifact-index.ts'
import { type IndexEntry, type SourceTree, sha256Of } from './source-tree.ts'

/**
 * The canonical digest of a tree: SHA-256 (64 hex digits) over one line `mode sha256 size path` for each
 * file, in byte order of paths. A link's content is its target. A path with a control character or a
 * quote is written as a JSON string, so that one text means one tree.
 */
export function treeDigest(tree: SourceTree): string {
  let text = ''
  for (const entry of tree.entries()) text += lineOf(entry, contentDigest(tree, entry))
  return sha256Of(text)
}

/** The same of the files of an index, which has their digests, without making a tree of them. */
export function artifactDigest({ files }: ArtifactIndex): string {
  let text = ''
  for (const file of files) text += lineOf(file, file.sha256)
  return sha256Of(text)
}

function lineOf(
  { mode, size, path }: Pick<IndexEntry, 'mode' | 'size' | 'path'>,
  sha256: string,
): string {
  return `${mode} ${sha256} ${size} ${quoted(path)}\n`
}

function contentDigest(tree: SourceTree, entry: IndexEntry): string {
  if (entry.sha256 !== undefined) return entry.sha256
  return entry.mode === '120000'
    ? sha256Of(tree.readLink(entry.path) ?? '')
    : tree.sha256(entry.path)
}

function quoted(path: string): string {
  // oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
  return /[\u0000-\u001f"\u007f]/.test(path) ? JSON.stringify(path) : path
}
