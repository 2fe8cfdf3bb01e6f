import { type Headers } from './bus.ts'

/** What the stream holds now. */
export interface LogStreamInfo {
  /** The oldest position that is still there, or would be next when it is empty. */
  readonly firstPosition: bigint
  /** The newest position, or one less than the first when it is empty. */
  readonly lastPosition: bigint
}

/** A message whose place in the stream is its position. */
export interface LogMessage {
  readonly position: bigint
  readonly subject: string
  readonly headers: Headers
  readonly bytes: Uint8Array
}

export type PublishOutcome =
  /** All of them are in the stream, under their positions. */
  | { readonly kind: 'published'; readonly lastPosition: bigint }
  /** The stream did not stand where the messages begin, or another relay was faster: go on from its last position. */
  | { readonly kind: 'elsewhere'; readonly lastPosition: bigint }
  /** There is no such stream: make it. */
  | { readonly kind: 'missing' }

/**
 * The stream whose sequence is the ledger's position, as the relay sees it. A cache: all that is in it can
 * be written again. Everything throws `BusUnavailable` when there is no answer; the outcome is then unknown,
 * and `info` tells.
 */
export interface LogStream {
  /** Undefined when there is no such stream. */
  info(): Promise<LogStreamInfo | undefined>
  /**
   * Appends messages of consecutive positions; each is refused unless the stream ends right before it. So
   * two relays cannot write anything twice. Throws `MessageTooLarge` before anything is sent.
   */
  publishBatch(messages: readonly LogMessage[]): Promise<PublishOutcome>
  /** The message at a position, or undefined when it is not there (any more, or yet). */
  read(position: bigint): Promise<LogMessage | undefined>
  /** Drops the stream with all that it holds and makes it anew, so that its first message has that position. */
  recreate(firstPosition: bigint): Promise<void>
}
