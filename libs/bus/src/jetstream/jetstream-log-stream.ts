import {
  DiscardPolicy,
  jetstreamManager,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream'
import { type Msg } from '@nats-io/transport-node'
import { BusUnavailable } from '../bus-errors.ts'
import {
  type LogMessage,
  type LogStream,
  type LogStreamInfo,
  type PublishOutcome,
} from '../log-stream.ts'
import {
  busFailure,
  fromNatsHeaders,
  isNoResponders,
  isStreamMissing,
  toNatsHeaders,
} from './nats-failure.ts'
import { type NatsLink } from './nats-link.ts'
import { checkPayload } from './payload-limit.ts'

const WINDOW = 256 // Publishes under way at once: 18,000 messages/s, against 4,600/s one by one.
const ANSWER_MS = 5_000
const WRONG_LAST_SEQUENCE = 10_071
const NO_MESSAGE = 10_037
const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence'
// nats-server 2.15.2 answers a delete before it has removed the files: a stream of the same name that is
// made at once comes up with the old messages and sequence, in one of three tries on a busy machine. After
// 20 ms none did.
const SETTLE_MS_MIN = 50
const SETTLE_MS_MAX = 1_600
const HEADER_BYTES_MAX = 4_096 // Ours are position, chain and trace: far less.
const NANOS_PER_MS = 1_000_000
const DEDUPE_MS = 1_000 // The expected sequence refuses duplicates; the window of ids costs memory.

export interface JetStreamLogOptions {
  readonly name: string
  readonly subjects: readonly string[]
  /** Servers that keep it: 1 or 3. */
  readonly replicas: number
  /** The oldest messages go when either limit is reached; the store has them all. */
  readonly bytesMax: number
  readonly ageMaxMs: number
}

/** The log stream in JetStream: sequence = position. */
export class JetStreamLogStream implements LogStream {
  readonly #link: NatsLink
  readonly #options: JetStreamLogOptions

  constructor(link: NatsLink, options: JetStreamLogOptions) {
    this.#link = link
    this.#options = options
  }

  async info(): Promise<LogStreamInfo | undefined> {
    return this.#manage('look at', async ({ streams }) => {
      const { state } = await streams.info(this.#options.name)
      // An empty stream that was made for a later position says so in its last sequence.
      const lastPosition = BigInt(state.last_seq)
      const firstPosition = state.messages === 0 ? lastPosition + 1n : BigInt(state.first_seq)
      return { firstPosition, lastPosition }
    })
  }

  async publishBatch(messages: readonly LogMessage[]): Promise<PublishOutcome> {
    for (const { subject, bytes } of messages) {
      checkPayload(this.#link.connection, subject, { bytes, headerBytes: HEADER_BYTES_MAX })
    }
    const pipeline = new Pipeline(this.#link)
    for (const message of messages) {
      await pipeline.room()
      if (pipeline.refused) break
      pipeline.send(message)
    }
    const refused = await pipeline.end()
    if (!refused) return { kind: 'published', lastPosition: messages.at(-1)?.position ?? 0n }
    const info = await this.info()
    return info === undefined
      ? { kind: 'missing' }
      : { kind: 'elsewhere', lastPosition: info.lastPosition }
  }

  async read(position: bigint): Promise<LogMessage | undefined> {
    if (position < 1n) return undefined
    return this.#manage('read', async ({ streams }) => {
      const stored = await streams.getMessage(this.#options.name, { seq: Number(position) })
      if (stored === null) return undefined
      const { subject, header, data } = stored
      return { position, subject, headers: fromNatsHeaders(header), bytes: data }
    })
  }

  async recreate(firstPosition: bigint): Promise<void> {
    for (let waitMs = SETTLE_MS_MIN; waitMs <= SETTLE_MS_MAX; waitMs *= 2) {
      await this.#manage('drop', ({ streams }) => streams.delete(this.#options.name))
      await this.#link.clock.sleep(waitMs)
      await this.#manage('make', ({ streams }) => streams.add(this.#config(firstPosition)))
      const info = await this.info()
      if (info?.lastPosition === firstPosition - 1n && info.firstPosition === firstPosition) return
    }
    throw new BusUnavailable(`make stream ${this.#options.name} anew: the server keeps the old one`)
  }

  #config(firstPosition: bigint): Partial<StreamConfig> & { readonly name: string } {
    const { name, subjects, replicas, bytesMax, ageMaxMs } = this.#options
    return {
      name,
      subjects: [...subjects],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      num_replicas: replicas,
      max_bytes: bytesMax,
      max_age: ageMaxMs * NANOS_PER_MS,
      duplicate_window: DEDUPE_MS * NANOS_PER_MS,
      first_seq: Number(firstPosition),
      deny_delete: true,
      deny_purge: true,
      allow_direct: false, // A read from a follower may be behind; the relay compares with the leader.
    }
  }

  /** Undefined where there is no such stream or message. */
  async #manage<T>(
    doing: string,
    work: (manager: JetStreamManager) => Promise<T>,
  ): Promise<T | undefined> {
    const { name } = this.#options
    try {
      return await work(await jetstreamManager(this.#link.connection, { checkAPI: false }))
    } catch (error) {
      if (isStreamMissing(error) || isMessageMissing(error)) return undefined
      const failure = busFailure(`${doing} stream ${name}`, name, error)
      // Without JetStream nobody answers its API: that is an outage, not a missing service.
      throw isNoResponders(error) ? new BusUnavailable(`${doing} stream ${name}`, error) : failure
    }
  }
}

function isMessageMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === NO_MESSAGE
}

/** Publishes that wait for their answers, in the order in which they were sent. */
class Pipeline {
  readonly #link: NatsLink
  readonly #waiting = new Set<Promise<void>>()
  #failure: unknown
  refused = false

  constructor(link: NatsLink) {
    this.#link = link
  }

  /** Resolves when another one may be sent. */
  async room(): Promise<void> {
    while (this.#waiting.size >= WINDOW) await Promise.race(this.#waiting)
    if (this.#failure !== undefined) this.refused = true
  }

  send({ position, subject, headers, bytes }: LogMessage): void {
    const sent = toNatsHeaders({ ...headers, [EXPECTED_LAST_SEQUENCE]: String(position - 1n) })
    const waiting = this.#link.connection
      .request(subject, bytes, { timeout: ANSWER_MS, headers: sent })
      .then((answer) => this.#judge(answer))
      .catch((error: unknown) => {
        // No responder: no stream listens to the subject.
        if (isNoResponders(error)) this.refused = true
        else this.#failure ??= busFailure(`publish to ${subject}`, subject, error)
      })
      .finally(() => this.#waiting.delete(waiting))
    this.#waiting.add(waiting)
  }

  /** Whether any was refused. Throws when there was no answer. */
  async end(): Promise<boolean> {
    await Promise.all(this.#waiting)
    if (this.#failure instanceof Error) throw this.#failure
    return this.refused
  }

  #judge(answer: Msg): void {
    const { error } = answer.json<{ readonly error?: ApiFailure }>()
    if (error === undefined) return
    if (error.err_code === WRONG_LAST_SEQUENCE) this.refused = true
    else this.#failure ??= new BusUnavailable(`publish (${error.description})`)
  }
}

interface ApiFailure {
  readonly err_code: number
  readonly description: string
}
