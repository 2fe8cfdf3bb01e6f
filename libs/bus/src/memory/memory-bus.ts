import { type Clock } from '@tidemark/kernel'
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
  MessageTooLarge,
  NoResponder,
  RequestAborted,
  RequestFailed,
  RequestTimedOut,
} from '../bus-errors.ts'
import { failureOf } from '../handler-failure.ts'
import { RequestSlots } from '../request-slots.ts'
import { assertSubject } from '../subject.ts'
import { type MemoryBroker } from './memory-broker.ts'

/** The bus of one process: nothing leaves it, and nothing outlives it. */
export class MemoryBus implements Bus {
  readonly #broker: MemoryBroker
  readonly #open = new AsyncDisposableStack()

  constructor(broker: MemoryBroker) {
    this.#broker = broker
  }

  // oxlint-disable-next-line typescript/require-await -- An error is a rejection, as with the other adapter.
  async publish(subject: string, bytes: Uint8Array, headers: Headers = {}): Promise<void> {
    this.#check(subject, bytes)
    this.#broker.keep({ subject, bytes: bytes.slice(), headers: { ...headers } })
  }

  // oxlint-disable-next-line typescript/require-await -- An error is a rejection, as with the other adapter.
  async subscribe(options: SubscribeOptions, handler: DeliveryHandler): Promise<AsyncDisposable> {
    return this.#open.use(once(this.#broker.consumer(options).join(handler)))
  }

  async request(subject: string, bytes: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    this.#check(subject, bytes)
    const slots = this.#broker.responder(subject)
    if (slots === undefined) throw new NoResponder(subject)
    const answer = this.#answerOf(slots, subject, bytes.slice())
    return withinTime({ answer, subject, options, clock: this.#broker.clock })
  }

  // oxlint-disable-next-line typescript/require-await -- An error is a rejection, as with the other adapter.
  async respond(
    subject: string,
    handler: RequestHandler,
    { parallelMax }: RespondOptions,
  ): Promise<AsyncDisposable> {
    const slots = new RequestSlots(subject, handler, parallelMax)
    const listed = this.#broker.addResponder({ pattern: subject, slots })
    return this.#open.use(
      once({
        [Symbol.asyncDispose]: async () => {
          listed[Symbol.dispose]()
          await slots[Symbol.asyncDispose]()
        },
      }),
    )
  }

  wake(subject: string): void {
    this.#broker.wake(subject)
  }

  onWake(subject: string, listener: () => void): Disposable {
    const own = (): void => listener() // A listener may listen to several subjects.
    const listed = this.#broker.addListener(subject, own)
    this.#open.use(listed)
    return listed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync()
  }

  async #answerOf(slots: RequestSlots, subject: string, bytes: Uint8Array): Promise<Uint8Array> {
    await Promise.resolve() // As over a wire: the handler never runs within the call.
    try {
      const answer = await slots.run(subject, bytes)
      const { payloadBytesMax } = this.#broker
      if (answer.length <= payloadBytesMax) return answer.slice()
      throw new MessageTooLarge(`the requester of ${subject}`, answer.length, payloadBytesMax)
    } catch (error) {
      throw new RequestFailed(failureOf(error))
    }
  }

  #check(subject: string, bytes: Uint8Array): void {
    assertSubject(subject)
    const { payloadBytesMax } = this.#broker
    if (bytes.length > payloadBytesMax) {
      throw new MessageTooLarge(subject, bytes.length, payloadBytesMax)
    }
  }
}

async function withinTime(call: {
  readonly answer: Promise<Uint8Array>
  readonly subject: string
  readonly options: RequestOptions
  readonly clock: Clock
}): Promise<Uint8Array> {
  const { answer, subject, options, clock } = call
  using deadline = clock.deadline(options.timeoutMs, options.signal)
  const ended = Promise.withResolvers<never>()
  const end = (): void => {
    const aborted = options.signal?.aborted === true
    ended.reject(
      aborted
        ? new RequestAborted(subject, options.signal?.reason)
        : new RequestTimedOut(subject, options.timeoutMs),
    )
  }
  if (deadline.signal.aborted) end()
  else deadline.signal.addEventListener('abort', end, { once: true })
  answer.catch(() => undefined) // It may end after nobody waits any more.
  return await Promise.race([answer, ended.promise]) // The deadline lasts until then.
}

/** The bus disposes what its user has disposed already. */
function once(owned: AsyncDisposable): AsyncDisposable {
  let disposed: Promise<void> | undefined
  return {
    [Symbol.asyncDispose]: async () => {
      disposed ??= Promise.resolve(owned[Symbol.asyncDispose]())
      await disposed
    },
  }
}
