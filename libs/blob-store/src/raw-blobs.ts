import { assert } from '@tidemark/kernel'

/** Sealed bytes under a name. */
export interface RawBlob {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Where sealed bytes are kept. What they hold is not known here. */
export interface RawBlobs {
  /** Keeps each blob whose name is not there yet, wholly or not at all, before it resolves. */
  write(blobs: readonly RawBlob[]): Promise<void>
  /** Undefined when there is none of that name. */
  read(name: string): Promise<Uint8Array | undefined>
  has(name: string): Promise<boolean>
}

/** The place itself, as the one who looks after it sees it. */
export interface StoredBlobs extends RawBlobs {
  /** Names in order, those after `after` first; fewer than `limit` are the last ones. */
  list(page: { readonly after: string; readonly limit: number }): Promise<readonly string[]>
  /** Puts other bytes in place of those of the name, at once. */
  replace(blob: RawBlob): Promise<void>
}

const NAME = /^[0-9a-f]{64}(?:\.[0-9a-f]{16}\.[0-9]{1,4})?$/ // A blob, or a part of one.

/** Whether it can be the name of a blob; what stands in an event of another service may be anything. */
export function isBlobName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

/** Whether it can be the name of a blob or of a part: what else arrives from outside is no name. */
export function isRawName(name: string): boolean {
  return NAME.test(name)
}

/** Names are made by our own code, so a bad one is our own mistake. */
export function assertRawName(name: string): void {
  assert(isRawName(name), `${JSON.stringify(name)} is no name of a blob`)
}
