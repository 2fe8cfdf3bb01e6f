import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  JetStreamApiError,
  type ConsumerConfig,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream'
import { type Delivery, type DeliveryHandler, type SubscribeOptions } from '../bus.ts'
import { NoStream } from '../bus-errors.ts'
import { redeliveryDelayMs } from '../handler-failure.ts'
import { busFailure, fromNatsHeaders, isStreamMissing } from './nats-failure.ts'
import { type NatsLink } from './nats-link.ts'

const LEAVE_MS_MAX = 2_000
const RETRY_MS = 1_000 // After a lost consumer or stream: the relay makes it anew within a minute.
const CONSUMER_NOT_FOUND = 10_014
const NANOS_PER_MS = 1_000_000

/** One worker of a durable pull consumer, which it makes where it is missing. */
export class JetStreamSubscription implements AsyncDisposable {
  readonly #link: NatsLink
  readonly #options: SubscribeOptions
  readonly #handler: DeliveryHandler
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  /** What was delivered here and not acked: where to begin when the bus has forgotten our place. */
  readonly #open = new Set<bigint>()
  #seen = 0n
  #messages: ConsumerMessages | undefined
  #looping: Promise<void> = Promise.resolve()

  constructor(link: NatsLink, options: SubscribeOptions, handler: DeliveryHandler) {
    this.#link = link
    this.#options = options
    this.#handler = handler
  }

  /** Resolves when deliveries may come. Throws `NoStream` or `BusUnavailable`. */
  async start(): Promise<void> {
    const { stream, name } = this.#options
    try {
      this.#messages = await this.#consume()
    } catch (error) {
      if (isStreamMissing(error)) throw new NoStream(`stream ${stream}`)
      throw busFailure(`subscribe ${name} to ${stream}`, stream, error)
    }
    this.#looping = this.#loop(this.#messages)
  }

  /** Ends when the handlers have ended and the server sends nothing more to this worker. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#messages?.stop()
    await this.#looping
    await Promise.allSettled(this.#running)
    await this.#leave()
  }

  /**
   * A round trip: until the server has read that we left, it may still send us a message, which would come to the
   * next worker only after the whole ack wait. A bus that is away has forgotten us anyway.
   */
  async #leave(): Promise<void> {
    if (this.#link.state() !== 'connected') return
    const waited = new AbortController()
    const answered = this.#link.connection.flush().catch(() => undefined)
    await Promise.race([answered, this.#link.clock.sleep(LEAVE_MS_MAX, waited.signal)])
    waited.abort()
  }

  async #loop(first: ConsumerMessages): Promise<void> {
    const { signal } = this.#stop
    let messages: ConsumerMessages | undefined = first
    while (!signal.aborted) {
      try {
        messages ??= await this.#consume()
        this.#messages = messages
        if (signal.aborted) messages.stop()
        for await (const message of messages) this.#take(message)
      } catch {
        // The stream or the consumer is gone, or the bus is: made anew as soon as that is possible.
      }
      messages = undefined
      await this.#link.clock.sleep(RETRY_MS, signal)
    }
  }

  async #consume(): Promise<ConsumerMessages> {
    const { stream, name, inFlightMax } = this.#options
    await this.#ensureConsumer()
    const consumer = await jetstream(this.#link.connection).consumers.get(stream, name)
    return consumer.consume({ max_messages: inFlightMax, abort_on_missing_resource: true })
  }

  async #ensureConsumer(): Promise<void> {
    const { stream, name } = this.#options
    const manager = await jetstreamManager(this.#link.connection, { checkAPI: false })
    try {
      await manager.consumers.info(stream, name)
      await manager.consumers.update(stream, name, this.#changeable())
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== CONSUMER_NOT_FOUND) throw error
      await manager.consumers.add(stream, {
        ...this.#changeable(),
        ...this.#begin(),
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        max_deliver: -1,
      })
    }
  }

  #changeable(): Pick<ConsumerConfig, 'ack_wait' | 'max_ack_pending' | 'filter_subjects'> {
    const { ackWaitMs, inFlightMax, subjects = ['>'] } = this.#options
    return {
      ack_wait: ackWaitMs * NANOS_PER_MS,
      max_ack_pending: inFlightMax,
      filter_subjects: [...subjects],
    }
  }

  #begin(): Pick<ConsumerConfig, 'deliver_policy'> & { readonly opt_start_seq?: number } {
    const from = this.#resumeAt() ?? this.#options.from
    if (from === 'beginning') return { deliver_policy: DeliverPolicy.All }
    if (from === 'new') return { deliver_policy: DeliverPolicy.New }
    return {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Math.max(1, Number(from.position)),
    }
  }

  #resumeAt(): { readonly position: bigint } | undefined {
    if (this.#seen === 0n) return undefined
    const open = [...this.#open].reduce((low, at) => (at < low ? at : low), this.#seen + 1n)
    return { position: open }
  }

  #take(message: JsMsg): void {
    const delivery = this.#deliveryOf(message)
    if (delivery.position > this.#seen) this.#seen = delivery.position
    this.#open.add(delivery.position)
    const running = this.#handle(delivery)
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
  }

  async #handle(delivery: Delivery): Promise<void> {
    try {
      await this.#handler(delivery, this.#stop.signal)
    } catch {
      delivery.nak(redeliveryDelayMs(delivery.attempt))
    }
  }

  #deliveryOf(message: JsMsg): Delivery {
    const position = BigInt(message.seq)
    return {
      subject: message.subject,
      bytes: message.data,
      headers: fromNatsHeaders(message.headers),
      position,
      attempt: message.info.deliveryCount,
      ack: () => {
        this.#open.delete(position)
        message.ack()
      },
      nak: (delayMs) => message.nak(delayMs),
      working: () => message.working(),
    }
  }
}
