import {
  type LogMessage,
  type LogStream,
  type LogStreamInfo,
  type PublishOutcome,
} from '../log-stream.ts'
import { MessageTooLarge } from '../bus-errors.ts'
import { type MemoryBroker } from './memory-broker.ts'

/** The log stream of one process. */
export class MemoryLogStream implements LogStream {
  readonly #broker: MemoryBroker
  readonly #name: string
  readonly #subjects: readonly string[]

  constructor(
    broker: MemoryBroker,
    stream: { readonly name: string; readonly subjects: readonly string[] },
  ) {
    this.#broker = broker
    this.#name = stream.name
    this.#subjects = stream.subjects
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async info(): Promise<LogStreamInfo | undefined> {
    const stream = this.#broker.stream(this.#name)
    if (stream === undefined) return undefined
    return { firstPosition: stream.firstPosition, lastPosition: stream.lastPosition }
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async publishBatch(messages: readonly LogMessage[]): Promise<PublishOutcome> {
    const { payloadBytesMax } = this.#broker
    for (const { subject, bytes } of messages) {
      if (bytes.length > payloadBytesMax) {
        throw new MessageTooLarge(subject, bytes.length, payloadBytesMax)
      }
    }
    const stream = this.#broker.stream(this.#name)
    if (stream === undefined) return { kind: 'missing' }
    let refused = false
    for (const { position, subject, headers, bytes } of messages) {
      const fits = position === stream.lastPosition + 1n
      if (fits) stream.append({ subject, headers: { ...headers }, bytes: bytes.slice() })
      else refused = true
    }
    return { kind: refused ? 'elsewhere' : 'published', lastPosition: stream.lastPosition }
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async read(position: bigint): Promise<LogMessage | undefined> {
    return this.#broker.stream(this.#name)?.read(position)
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async recreate(firstPosition: bigint): Promise<void> {
    this.#broker.makeStream(this.#name, this.#subjects, firstPosition)
  }
}
