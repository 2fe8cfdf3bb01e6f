import type { Blob, GitSource } from './git-source.ts'
import type { Commit } from './objects/commit.ts'
import type { TreeEntry } from './objects/tree.ts'

/** Files of one or more places, by path; contents by object id, in any order. */
export interface Files {
  readonly tree: readonly TreeEntry[]
  readonly blobs: (oids: readonly string[], signal: AbortSignal) => AsyncIterable<Blob>
}

/** The files of a fetched commit. */
export async function filesOf(
  source: GitSource,
  commit: Commit,
  signal: AbortSignal,
): Promise<Files> {
  return {
    tree: await source.tree(commit, signal),
    blobs: (oids, ending) => source.blobs(oids, ending),
  }
}

/** Reads each content where it is: of places that have the same, at the first. */
export function blobsOf(places: readonly Files[]): Files['blobs'] {
  const placeOf = new Map<string, Files>()
  for (const place of places)
    for (const { oid } of place.tree) if (!placeOf.has(oid)) placeOf.set(oid, place)
  return async function* blobs(oids, signal) {
    const byPlace = Map.groupBy(oids, (oid) => placeOf.get(oid))
    for (const [place, wanted] of byPlace)
      if (place !== undefined) yield* place.blobs(wanted, signal)
  }
}
