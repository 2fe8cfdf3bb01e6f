import {
  CHAIN_START,
  type AppendReceipt,
  type AppendRequest,
  type StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import { noCrashPoints, type Clock } from '@tidemark/kernel'
import { checkAppend, type CheckedAppend } from '../append/check-append.ts'
import { decideGroup, type GroupDecision, type KnownCommand } from '../append/decide-group.ts'
import { Growth } from '../append/growth.ts'
import { LedgerUnavailable } from '../errors.ts'
import type { EventStore, LedgerClient, LogPage } from '../event-store.ts'
import type { LedgerIdentity } from '../identity.ts'
import type { LedgerStore, LogHead } from '../ledger-store.ts'
import { cutPage, PAGE_EVENTS_MAX } from '../page.ts'
import { MemoryLeases } from './memory-leases.ts'
import { MemoryParking } from './memory-parking.ts'
import type { MemoryLedgerOptions, StoreFaults } from './store-faults.ts'

/**
 * A whole ledger in memory, for tests and simulations. It decides by the same code as the SQL adapters and
 * passes the same suite; what it holds ends with it.
 */
export class MemoryLedger implements LedgerStore {
  readonly #clock: Clock
  readonly #faults: StoreFaults
  readonly #events: StoredEvent[] = []
  readonly #streams = new Map<string, StoredEvent[]>()
  readonly #ids = new Set<string>()
  readonly #commands = new Map<string, KnownCommand>()
  readonly #cursors = new Map<string, bigint>()
  readonly #leases: MemoryLeases
  readonly #parking: MemoryParking
  readonly #growth = new Growth()
  #head: LogHead = { position: 0n, chain: CHAIN_START, incarnation: 1 }

  constructor({ clock, faults = noCrashPoints }: MemoryLedgerOptions) {
    this.#clock = clock
    this.#faults = faults
    this.#leases = new MemoryLeases(clock, (append) => this.#write([append]))
    this.#parking = new MemoryParking(clock)
  }

  clientFor(writer: Writer, scope: string): LedgerClient {
    const identity = { writer, scope }
    const store: EventStore = {
      append: (request, signal) => this.#append(identity, request, signal),
      readLog: (after, signal) => this.#readLog(after, signal),
      readStream: (stream, after, signal) => this.#readStream(stream, after, signal),
      readCursor: (name, signal) =>
        this.#answer('read a cursor', signal, () => this.#cursors.get(name) ?? 0n),
    }
    return {
      store,
      leases: this.#leases.clientFor(identity),
      parking: this.#parking.clientFor(identity),
    }
  }

  head(signal?: AbortSignal): Promise<LogHead> {
    return this.#answer('read the head', signal, () => this.#head)
  }

  readPage(
    after: bigint,
    eventsMax: number,
    signal?: AbortSignal,
  ): Promise<readonly StoredEvent[]> {
    return this.#answer('read the log', signal, () => {
      const from = Number(after)
      return cutPage(this.#events.slice(from, from + eventsMax))
    })
  }

  async readStreamPage(
    stream: string,
    after: bigint,
    signal?: AbortSignal,
  ): Promise<readonly StoredEvent[]> {
    const events = await this.#readStream(stream, after, signal)
    return cutPage(events.slice(0, PAGE_EVENTS_MAX))
  }

  onGrowth(listener: () => void): Disposable {
    return this.#growth.subscribe(listener)
  }

  /** What a restore from an older backup looks like to everybody else: the tail is gone. */
  truncateAfter(position: bigint): void {
    const kept = this.#events.slice(0, Number(position))
    const last = kept.at(-1)
    this.#events.length = 0
    this.#streams.clear()
    this.#ids.clear()
    for (const event of kept) this.#keep(event)
    this.#head = {
      position,
      chain: last?.chain ?? CHAIN_START,
      incarnation: this.#head.incarnation + 1,
    }
    for (const [id, { receipt }] of this.#commands)
      if (receipt.lastPosition > position) this.#commands.delete(id)
    for (const [name, at] of this.#cursors) if (at > position) this.#cursors.set(name, position)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }

  async #append(
    identity: LedgerIdentity,
    request: AppendRequest,
    signal: AbortSignal | undefined,
  ): Promise<AppendReceipt> {
    const append = checkAppend(identity, request)
    await Promise.resolve()
    refuseAborted('append', signal)
    this.#fault('append.before-commit')
    const receipt = this.#write([append])
    this.#fault('append.after-commit')
    return receipt
  }

  #readLog(after: bigint, signal: AbortSignal | undefined): Promise<LogPage> {
    return this.#answer('read the log', signal, () => {
      const from = Number(after)
      const events = cutPage(this.#events.slice(from, from + PAGE_EVENTS_MAX))
      return { events, head: this.#head.position }
    })
  }

  #readStream(
    stream: string,
    after: bigint,
    signal: AbortSignal | undefined,
  ): Promise<readonly StoredEvent[]> {
    return this.#answer(`read ${stream}`, signal, () =>
      (this.#streams.get(stream) ?? []).slice(Number(after)),
    )
  }

  async #answer<T>(what: string, signal: AbortSignal | undefined, read: () => T): Promise<T> {
    await Promise.resolve()
    refuseAborted(what, signal)
    this.#fault('read')
    return read()
  }

  #fault(point: string): void {
    try {
      this.#faults.at(point)
    } catch (error) {
      throw new LedgerUnavailable(point, error)
    }
  }

  #write(appends: readonly CheckedAppend[]): AppendReceipt {
    const decision = decideGroup(appends, {
      head: this.#head,
      atUs: BigInt(Math.round(this.#clock.now() * 1000)),
      commands: this.#commands,
      versions: { get: (name) => BigInt(this.#streams.get(name)?.length ?? 0) },
      cursors: this.#cursors,
      epochs: { get: (resource) => this.#leases.epochOf(resource) },
      hasEvent: (id) => this.#ids.has(id),
    })
    this.#keepAll(decision)
    const [outcome] = decision.outcomes
    if (outcome?.kind === 'done') return outcome.receipt
    throw outcome?.error ?? new LedgerUnavailable('append', undefined)
  }

  #keepAll({ events, head, commands, cursors }: GroupDecision): void {
    for (const event of events) this.#keep(event)
    this.#head = head
    for (const { id, digest, receipt } of commands) this.#commands.set(id, { digest, receipt })
    for (const [name, position] of cursors) this.#cursors.set(name, position)
    if (events.length > 0) this.#growth.announce()
  }

  #keep(event: StoredEvent): void {
    this.#events.push(event)
    this.#ids.add(event.id)
    const stream = this.#streams.get(event.stream)
    if (stream === undefined) this.#streams.set(event.stream, [event])
    else stream.push(event)
  }
}

function refuseAborted(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LedgerUnavailable(what, signal.reason)
}
