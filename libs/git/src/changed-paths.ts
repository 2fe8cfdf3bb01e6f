import { compareBytes } from '@tidemark/source-tree'
import type { TreeEntry } from './objects/tree.ts'

/** One file that differs between two commits; without `before` it is new, without `after` it is gone. */
export interface ChangedPath {
  readonly path: string
  readonly before?: TreeEntry
  readonly after?: TreeEntry
}

/**
 * What differs between two listings by mode or object id, sorted by the bytes of the path. A rename is one
 * path gone and one new.
 */
export function changedPaths(
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
): readonly ChangedPath[] {
  const gone = new Map(before.map((entry) => [entry.path, entry]))
  const changes: ChangedPath[] = []
  for (const next of after) {
    const { path } = next
    const old = gone.get(path)
    gone.delete(path)
    if (old === undefined) changes.push({ path, after: next })
    else if (old.oid !== next.oid || old.mode !== next.mode)
      changes.push({ path, before: old, after: next })
  }
  for (const old of gone.values()) changes.push({ path: old.path, before: old })
  return changes.toSorted((left, right) => compareBytes(left.path, right.path))
}
