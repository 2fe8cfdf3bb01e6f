import { type GitObject } from './git-object.ts'

/**
 * Where the objects of one repository lie. Every object that is given out MUST have been hashed and found to
 * be what its id says. May throw `GitRefused` and `SourceUnavailable`.
 */
export interface ObjectStore extends AsyncDisposable {
  /** The objects asked for, in that order; an id alone for one that is not here. */
  read(oids: readonly string[], signal: AbortSignal): AsyncIterable<GitObject | Missing>
  /** Takes a pack from a server: all of it, or nothing. */
  ingest(pack: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Records that a commit is here with its whole tree; the newest come first in `held`. */
  hold(commit: string): Promise<void>
  /** The commits that are here with their whole trees. A local repository answers by looking. */
  held(commit: string): Promise<Holding>
  /** Forgets and deletes all: something that must be here is not. */
  reset(): Promise<void>
}

export interface Missing {
  readonly oid: string
  readonly type: 'missing'
}

export interface Holding {
  /** Whether the commit asked for is one of them. */
  readonly isHeld: boolean
  /** What a server may be told that we have, newest first. */
  readonly commits: readonly string[]
  /** Whether deltas against objects of those commits are understood. */
  readonly thinPacks: 'understood' | 'not understood'
}
