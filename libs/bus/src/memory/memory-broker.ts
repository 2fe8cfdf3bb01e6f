import { assert, type Clock } from '@tidemark/kernel'
import { type SubscribeOptions } from '../bus.ts'
import { NoStream } from '../bus-errors.ts'
import { type RequestSlots } from '../request-slots.ts'
import { subjectMatches } from '../subject.ts'
import { MemoryConsumer } from './memory-consumer.ts'
import { MemoryStream, type StoredMessage } from './memory-stream.ts'

const MESSAGES_MAX = 50_000 // In one process nobody needs more of the log than its newest part.
/** What NATS carries unless it is configured otherwise, so that both forms refuse the same. */
const PAYLOAD_BYTES_MAX = 1024 * 1024

export interface MemoryBrokerOptions {
  readonly clock: Clock
  readonly payloadBytesMax?: number
  /** How many messages each stream keeps. */
  readonly messagesMax?: number
}

interface Responder {
  readonly pattern: string
  readonly slots: RequestSlots
}

/** What the in-process buses of one process share: streams, places in them, responders, listeners. */
export class MemoryBroker {
  readonly clock: Clock
  readonly payloadBytesMax: number
  readonly #messagesMax: number
  readonly #streams = new Map<string, MemoryStream>()
  readonly #consumers = new Map<string, MemoryConsumer>()
  readonly #responders = new Set<Responder>()
  readonly #listeners = new Map<() => void, string>()
  #turn = 0

  constructor(options: MemoryBrokerOptions) {
    this.clock = options.clock
    this.payloadBytesMax = options.payloadBytesMax ?? PAYLOAD_BYTES_MAX
    this.#messagesMax = options.messagesMax ?? MESSAGES_MAX
  }

  /** Makes a stream, in place of one of that name. Places in the old one go on in the new one. */
  makeStream(name: string, subjects: readonly string[], firstPosition: bigint): MemoryStream {
    const stream = new MemoryStream({
      name,
      subjects,
      firstPosition,
      messagesMax: this.#messagesMax,
    })
    this.#streams.set(name, stream)
    for (const [key, consumer] of this.#consumers) {
      if (key.startsWith(`${name}/`)) consumer.follow(stream)
    }
    return stream
  }

  stream(name: string): MemoryStream | undefined {
    return this.#streams.get(name)
  }

  keep(message: Omit<StoredMessage, 'position'>): void {
    const keeping = [...this.#streams.values()].filter((stream) => stream.keeps(message.subject))
    if (keeping.length === 0) throw new NoStream(message.subject)
    for (const stream of keeping) stream.append(message)
  }

  consumer(options: SubscribeOptions): MemoryConsumer {
    const stream = this.#streams.get(options.stream)
    if (stream === undefined) throw new NoStream(`stream ${options.stream}`)
    const key = `${options.stream}/${options.name}`
    const known = this.#consumers.get(key)
    if (known !== undefined) return known
    const made = new MemoryConsumer(stream, options, this.clock)
    this.#consumers.set(key, made)
    return made
  }

  /** One of those who answer the subject, in turn. */
  responder(subject: string): RequestSlots | undefined {
    const able = [...this.#responders].filter(({ pattern }) => subjectMatches(pattern, subject))
    this.#turn += 1
    return able[this.#turn % Math.max(1, able.length)]?.slots
  }

  addResponder(responder: Responder): Disposable {
    this.#responders.add(responder)
    return { [Symbol.dispose]: () => void this.#responders.delete(responder) }
  }

  addListener(pattern: string, listener: () => void): Disposable {
    assert(!this.#listeners.has(listener), 'a listener is registered once')
    this.#listeners.set(listener, pattern)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  wake(subject: string): void {
    for (const [listener, pattern] of this.#listeners) {
      if (subjectMatches(pattern, subject)) queueMicrotask(listener)
    }
  }
}
