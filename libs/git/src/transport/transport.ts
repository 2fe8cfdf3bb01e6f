/** One ref of a server. */
export interface Ref {
  readonly name: string
  readonly oid: string
  /** What an annotated tag points to in the end. */
  readonly peeled?: string
}

/** How a server is asked, over HTTP now and over other carriers later. Throws as `GitSource` does. */
export interface Transport extends Disposable {
  /** The URL without credentials, for messages. */
  readonly display: string
  /** Every ref whose name starts with one of the prefixes. */
  listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]>
  /** Asks for a pack. It MUST be read to its end, or `signal` aborted. */
  fetchPack(request: PackRequest, signal: AbortSignal): AsyncIterable<Uint8Array>
}

export interface PackRequest {
  /** Commits or tags; or files, of which the server has been asked to leave the contents out before. */
  readonly want: readonly string[]
  /** Commits that we have, each without its parents. */
  readonly have: readonly string[]
  /** How many commits deep; 0 is all of them. */
  readonly depth: number
  readonly thinPacks: 'understood' | 'not understood'
  /** `commits` leaves files and folders out, `folders` the contents of files, where the server can. */
  readonly content: 'everything' | 'commits' | 'folders'
}
