/** Text beside the bytes of a message. Names that begin with `Nats-` belong to the bus. */
export type Headers = Readonly<Record<string, string>>

/** A message of a durable stream in the hands of a subscriber. */
export interface Delivery {
  readonly subject: string
  readonly bytes: Uint8Array
  readonly headers: Headers
  /** Its place in the stream: it grows, and it is the same at each redelivery. */
  readonly position: bigint
  /** 1 for the first delivery. */
  readonly attempt: number
  /** It is dealt with. An ack that gets lost means one more delivery. */
  ack(): void
  /** Not now: deliver it again after the delay (milliseconds). */
  nak(delayMs: number): void
  /** Still at work: the time until redelivery begins anew. */
  working(): void
}

export interface SubscribeOptions {
  readonly stream: string
  /** The durable name: `[A-Za-z0-9_-]{1,64}`. Subscriptions of one name share the work and the place in the stream. */
  readonly name: string
  /** NATS patterns (`*` is one token, `>` the rest); none means everything. */
  readonly subjects?: readonly string[]
  /** Where a name begins that the bus does not know (yet, or any more). */
  readonly from: 'beginning' | 'new' | { readonly position: bigint }
  /** How many deliveries may wait for their ack, 1 to 256: the bus holds back the others. */
  readonly inFlightMax: number
  /** How long a delivery may stay unanswered before it is made again, in milliseconds (at least 100). */
  readonly ackWaitMs: number
}

export type DeliveryHandler = (delivery: Delivery, signal: AbortSignal) => Promise<void>

/** Messages that are kept. */
export interface DurableMessages {
  /**
   * Resolves when a stream has kept the message; at least once, so a retry may keep it twice. Throws
   * `NoStream`, `MessageTooLarge`, `BusUnavailable`.
   */
  publish(subject: string, bytes: Uint8Array, headers?: Headers): Promise<void>
  /**
   * Hands each matching message to the handler, at least once, in the order of the stream (redeliveries
   * aside). A handler MUST end each delivery with `ack` or `nak`; one that throws is as good as a `nak`
   * with a growing delay. Disposing stops new deliveries and waits for the handlers, whose signal is aborted.
   * It goes on by itself after an outage and after the stream was made anew.
   */
  subscribe(options: SubscribeOptions, handler: DeliveryHandler): Promise<AsyncDisposable>
}

export interface RequestOptions {
  /** How long to wait for the answer, in milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface RespondOptions {
  /** Responders of one subject MUST be of one queue: each request goes to one of them. */
  readonly queue: string
  /** How many requests are handled at once; as many again times 16 may wait, further ones are refused as busy. */
  readonly parallelMax: number
}

export type RequestHandler = (
  request: { readonly subject: string; readonly bytes: Uint8Array },
  signal: AbortSignal,
) => Promise<Uint8Array>

/** Questions and answers; nothing of them is kept. */
export interface Requests {
  /**
   * The responder's answer. Throws `NoResponder` (at once), `RequestTimedOut` (the outcome is unknown),
   * `RequestFailed` (the responder's own error), `MessageTooLarge`, `SubjectForbidden`, `BusUnavailable`.
   */
  request(subject: string, bytes: Uint8Array, options: RequestOptions): Promise<Uint8Array>
  /**
   * Answers requests. What the handler throws becomes the requester's error: an `OperatingError` with its
   * code, retry and message, anything else as `internal` without detail. Disposing waits for the handlers.
   */
  respond(
    subject: string,
    handler: RequestHandler,
    options: RespondOptions,
  ): Promise<AsyncDisposable>
}

/** Hints that something may have happened. Any of them may be lost. */
export interface Wakes {
  wake(subject: string): void
  /** Calls the listener for each hint, and once after each outage, in which hints may have been lost. */
  onWake(subject: string, listener: () => void): Disposable
}

/** All that a process has of the bus. */
export interface Bus extends DurableMessages, Requests, Wakes, AsyncDisposable {}
