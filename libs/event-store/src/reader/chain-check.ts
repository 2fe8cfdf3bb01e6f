import { CHAIN_START, chainOf, type StoredEvent } from '@tidemark/contracts'
import { LogForked } from '../errors.ts'

/** Holds each event that is read against the one before it. */
export class ChainCheck {
  #position: bigint
  #chain: Uint8Array | undefined

  /** `chain` is that of the event at `position`; without it, the first event that comes is believed. */
  constructor(position: bigint, chain?: Uint8Array) {
    this.#position = position
    this.#chain = position === 0n ? CHAIN_START : chain
  }

  /** The position of the event that was read last. */
  get position(): bigint {
    return this.#position
  }

  /** Throws {@link LogForked} where the event is not the next one of the log that was read so far. */
  next({ position, leaf, chain }: StoredEvent): void {
    if (position !== this.#position + 1n)
      throw new LogForked(position, `position ${this.#position + 1n} was to come`)
    if (this.#chain !== undefined && Buffer.compare(chainOf(this.#chain, leaf), chain) !== 0)
      throw new LogForked(position, 'its chain does not follow from the event before it')
    this.#position = position
    this.#chain = chain
  }
}
