import { type Clock } from '@tidemark/kernel'
import { type Delivery, type DeliveryHandler, type SubscribeOptions } from '../bus.ts'
import { redeliveryDelayMs } from '../handler-failure.ts'
import { subjectMatches } from '../subject.ts'
import { type MemoryStream, type StoredMessage } from './memory-stream.ts'

interface InFlight {
  readonly attempt: number
  readonly answered: AbortController
  deadlineMs: number
}

interface Member {
  readonly handler: DeliveryHandler
  readonly stop: AbortController
  readonly running: Set<Promise<void>>
}

/** The place of one durable name in a stream, and who works at it. */
export class MemoryConsumer {
  #stream: MemoryStream
  #appends: Disposable
  readonly #options: SubscribeOptions
  readonly #clock: Clock
  readonly #members: Member[] = []
  readonly #inFlight = new Map<bigint, InFlight>()
  /** Position to attempt: what is to be delivered once more, now. */
  readonly #again = new Map<bigint, number>()
  readonly #delays = new Set<AbortController>()
  #next: bigint
  #turn = 0

  constructor(stream: MemoryStream, options: SubscribeOptions, clock: Clock) {
    this.#stream = stream
    this.#options = options
    this.#clock = clock
    this.#next = firstOf(stream, options)
    this.#appends = stream.onAppend(() => this.#pump())
  }

  /** Goes on in a stream that was made anew, from the first delivery that was not answered. */
  follow(stream: MemoryStream): void {
    this.#appends[Symbol.dispose]()
    this.#stream = stream
    for (const position of [...this.#inFlight.keys(), ...this.#again.keys()]) {
      if (position < this.#next) this.#next = position
    }
    for (const { answered } of this.#inFlight.values()) answered.abort()
    this.#inFlight.clear()
    this.#again.clear()
    this.#appends = stream.onAppend(() => this.#pump())
    this.#pump()
  }

  /** Adds a worker. Once it is disposed, another one gets what it has not answered. */
  join(handler: DeliveryHandler): AsyncDisposable {
    const member: Member = { handler, stop: new AbortController(), running: new Set() }
    this.#members.push(member)
    this.#pump()
    return {
      [Symbol.asyncDispose]: async () => {
        this.#members.splice(this.#members.indexOf(member), 1)
        member.stop.abort()
        await Promise.allSettled(member.running)
        if (this.#members.length === 0) this.#rest()
      },
    }
  }

  /** Nobody is left: no timer stays behind, and what was not answered is due at once. */
  #rest(): void {
    for (const waiting of this.#delays) waiting.abort()
    for (const [position, { attempt, answered }] of this.#inFlight) {
      this.#again.set(position, attempt + 1)
      answered.abort()
    }
    this.#inFlight.clear()
  }

  #pump(): void {
    while (this.#members.length > 0 && this.#inFlight.size < this.#options.inFlightMax) {
      const due = this.#takeDue()
      if (due === undefined) return
      this.#deliver(due.message, due.attempt)
    }
  }

  #takeDue(): { readonly message: StoredMessage; readonly attempt: number } | undefined {
    const again = [...this.#again.keys()].toSorted((left, right) => (left < right ? -1 : 1))
    for (const position of again) {
      const attempt = this.#again.get(position) ?? 1
      this.#again.delete(position)
      const message = this.#stream.read(position)
      if (message !== undefined) return { message, attempt }
    }
    if (this.#next < this.#stream.firstPosition) this.#next = this.#stream.firstPosition
    while (this.#next <= this.#stream.lastPosition) {
      const message = this.#stream.read(this.#next)
      this.#next += 1n
      if (message !== undefined && this.#wants(message.subject)) return { message, attempt: 1 }
    }
    return undefined
  }

  #wants(subject: string): boolean {
    const { subjects = ['>'] } = this.#options
    return subjects.some((pattern) => subjectMatches(pattern, subject))
  }

  #deliver(message: StoredMessage, attempt: number): void {
    const member = this.#members[this.#turn % this.#members.length]
    if (member === undefined) return
    this.#turn += 1
    const entry: InFlight = { attempt, answered: new AbortController(), deadlineMs: this.#ackBy() }
    this.#inFlight.set(message.position, entry)
    void this.#watch(message.position, entry)
    const delivery = this.#deliveryOf(message, entry)
    const running = this.#handle(member, delivery)
    member.running.add(running)
    void running.finally(() => member.running.delete(running))
  }

  async #handle({ handler, stop }: Member, delivery: Delivery): Promise<void> {
    await Promise.resolve() // As over a wire: never within the call that published.
    try {
      await handler(delivery, stop.signal)
    } catch {
      delivery.nak(redeliveryDelayMs(delivery.attempt))
    }
  }

  #deliveryOf(message: StoredMessage, entry: InFlight): Delivery {
    const { position } = message
    const end = (): boolean => {
      if (this.#inFlight.get(position) !== entry) return false
      this.#inFlight.delete(position)
      entry.answered.abort()
      return true
    }
    return {
      ...message,
      attempt: entry.attempt,
      ack: () => {
        if (end()) this.#pump()
      },
      nak: (delayMs) => {
        if (end()) void this.#deliverLater(position, entry.attempt + 1, delayMs)
      },
      working: () => {
        entry.deadlineMs = this.#ackBy()
      },
    }
  }

  async #deliverLater(position: bigint, attempt: number, delayMs: number): Promise<void> {
    const waiting = new AbortController()
    this.#delays.add(waiting)
    await this.#clock.sleep(delayMs, waiting.signal)
    this.#delays.delete(waiting)
    this.#again.set(position, attempt)
    this.#pump()
  }

  async #watch(position: bigint, entry: InFlight): Promise<void> {
    const { signal } = entry.answered
    while (!signal.aborted) {
      const left = entry.deadlineMs - this.#clock.monotonic()
      if (left <= 0) {
        this.#inFlight.delete(position)
        entry.answered.abort()
        this.#again.set(position, entry.attempt + 1)
        this.#pump()
      } else {
        await this.#clock.sleep(left, signal)
      }
    }
  }

  #ackBy(): number {
    return this.#clock.monotonic() + this.#options.ackWaitMs
  }
}

function firstOf(stream: MemoryStream, { from }: SubscribeOptions): bigint {
  if (from === 'beginning') return stream.firstPosition
  if (from === 'new') return stream.lastPosition + 1n
  return from.position
}
