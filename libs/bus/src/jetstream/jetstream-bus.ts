import { type Msg } from '@nats-io/transport-node'
import {
  type Bus,
  type DeliveryHandler,
  type Headers,
  type RequestHandler,
  type RequestOptions,
  type RespondOptions,
  type SubscribeOptions,
} from '../bus.ts'
import {
  BusUnavailable,
  MessageTooLarge,
  NoStream,
  RequestAborted,
  RequestTimedOut,
} from '../bus-errors.ts'
import { failureOf } from '../handler-failure.ts'
import { RequestSlots } from '../request-slots.ts'
import { assertSubject } from '../subject.ts'
import { JetStreamSubscription } from './jetstream-subscription.ts'
import {
  busFailure,
  failureHeaders,
  failureIn,
  isNoResponders,
  isTimeout,
  toNatsHeaders,
} from './nats-failure.ts'
import { type NatsLink } from './nats-link.ts'
import { checkPayload, payloadBytesMax } from './payload-limit.ts'

const PUBLISH_MS = 5_000 // As long as an election of the stream's leader takes.

/** The bus over NATS. Disposing ends what it started; the link is its maker's. */
export class JetStreamBus implements Bus {
  readonly #link: NatsLink
  readonly #open = new AsyncDisposableStack()

  constructor(link: NatsLink) {
    this.#link = link
  }

  async publish(subject: string, bytes: Uint8Array, headers: Headers = {}): Promise<void> {
    assertSubject(subject)
    const sent = toNatsHeaders(headers)
    const { connection } = this.#link
    checkPayload(connection, subject, { bytes, headerBytes: headerBytes(headers) })
    try {
      // A stream answers what it has kept; where none listens, nobody answers.
      const answer = await connection.request(subject, bytes, {
        timeout: PUBLISH_MS,
        headers: sent,
      })
      acknowledged(answer, subject)
    } catch (error) {
      throw isNoResponders(error)
        ? new NoStream(subject)
        : busFailure(`publish to ${subject}`, subject, error)
    }
  }

  async subscribe(options: SubscribeOptions, handler: DeliveryHandler): Promise<AsyncDisposable> {
    const subscription = new JetStreamSubscription(this.#link, options, handler)
    await subscription.start()
    return this.#open.use(subscription)
  }

  async request(subject: string, bytes: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    assertSubject(subject)
    checkPayload(this.#link.connection, subject, { bytes, headerBytes: 0 })
    options.signal?.throwIfAborted()
    const answer = await unlessAborted(this.#ask(subject, bytes, options), subject, options.signal)
    const failure = failureIn(answer.headers)
    if (failure !== undefined) throw failure
    return answer.data
  }

  async respond(
    subject: string,
    handler: RequestHandler,
    { queue, parallelMax }: RespondOptions,
  ): Promise<AsyncDisposable> {
    const { connection } = this.#link
    const slots = new RequestSlots(subject, handler, parallelMax)
    const subscription = connection.subscribe(subject, {
      queue,
      callback: (error, message) => {
        if (error === null && isRequest(message)) void this.#answer(slots, message)
      },
    })
    await connection.flush() // From here on the server knows that we answer.
    return this.#open.use({
      [Symbol.asyncDispose]: async () => {
        if (!subscription.isClosed()) await subscription.drain().catch(() => undefined)
        await slots[Symbol.asyncDispose]()
      },
    })
  }

  wake(subject: string): void {
    if (this.#link.state() === 'connected') this.#link.connection.publish(subject)
  }

  onWake(subject: string, listener: () => void): Disposable {
    const subscription = this.#link.connection.subscribe(subject, {
      callback: (error) => {
        if (error === null) listener()
      },
    })
    const states = this.#link.onState((state) => {
      if (state === 'connected') listener()
    })
    return this.#open.use({
      [Symbol.dispose]: () => {
        subscription.unsubscribe()
        states[Symbol.dispose]()
      },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync()
  }

  async #ask(subject: string, bytes: Uint8Array, { timeoutMs }: RequestOptions): Promise<Msg> {
    try {
      return await this.#link.connection.request(subject, bytes, { timeout: timeoutMs })
    } catch (error) {
      if (!isTimeout(error)) throw busFailure(`ask ${subject}`, subject, error)
      throw this.#link.state() === 'connected'
        ? new RequestTimedOut(subject, timeoutMs)
        : new BusUnavailable(`ask ${subject}`, error)
    }
  }

  async #answer(slots: RequestSlots, message: Msg): Promise<void> {
    try {
      const answer = await slots.run(message.subject, message.data)
      const bytesMax = payloadBytesMax(this.#link.connection)
      if (answer.length > bytesMax) {
        throw new MessageTooLarge(`the requester of ${message.subject}`, answer.length, bytesMax)
      }
      message.respond(answer)
    } catch (error) {
      message.respond(undefined, { headers: failureHeaders(failureOf(error)) })
    }
  }
}

/**
 * A stream's consumer can be made to deliver to any subject, whatever its maker may publish to. Such a
 * delivery is no request: its reply subject is that of an ack.
 */
function isRequest({ reply = '' }: Msg): boolean {
  return reply !== '' && !reply.startsWith('$JS.')
}

function acknowledged(answer: Msg, subject: string): void {
  const ack = answer.json<{ readonly stream?: string; readonly error?: { description: string } }>()
  if (ack.error !== undefined) {
    throw new BusUnavailable(`publish to ${subject} (${ack.error.description})`)
  }
}

function headerBytes(headers: Headers): number {
  const framing = 16 // The first line and the empty one.
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value) + 4,
    framing,
  )
}

async function unlessAborted<T>(
  work: Promise<T>,
  subject: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(new RequestAborted(subject, signal.reason))
  signal.addEventListener('abort', abort, { once: true })
  work.catch(() => undefined) // It may end after nobody waits any more.
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
