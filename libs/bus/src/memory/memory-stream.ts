import { type Headers } from '../bus.ts'
import { subjectMatches } from '../subject.ts'

export interface StoredMessage {
  readonly position: bigint
  readonly subject: string
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** A stream in memory: as many messages as the limit allows, the oldest go first. */
export class MemoryStream {
  readonly name: string
  readonly subjects: readonly string[]
  readonly #messagesMax: number
  readonly #messages: StoredMessage[] = []
  readonly #listeners = new Set<() => void>()
  #first: bigint

  constructor(options: {
    readonly name: string
    readonly subjects: readonly string[]
    readonly firstPosition: bigint
    readonly messagesMax: number
  }) {
    this.name = options.name
    this.subjects = options.subjects
    this.#first = options.firstPosition
    this.#messagesMax = options.messagesMax
  }

  get firstPosition(): bigint {
    return this.#first
  }

  get lastPosition(): bigint {
    return this.#first + BigInt(this.#messages.length) - 1n
  }

  keeps(subject: string): boolean {
    return this.subjects.some((pattern) => subjectMatches(pattern, subject))
  }

  append(message: Omit<StoredMessage, 'position'>): void {
    this.#messages.push({ ...message, position: this.lastPosition + 1n })
    if (this.#messages.length > this.#messagesMax) {
      this.#messages.shift()
      this.#first += 1n
    }
    for (const listener of this.#listeners) listener()
  }

  read(position: bigint): StoredMessage | undefined {
    return this.#messages[Number(position - this.#first)]
  }

  /** Calls the listener after each append until the result is disposed. */
  onAppend(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }
}
