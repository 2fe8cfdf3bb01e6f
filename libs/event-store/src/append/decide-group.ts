import {
  chainOf,
  leafOf,
  type AppendReceipt,
  type NewEvent,
  type StoredEvent,
} from '@tidemark/contracts'
import type { OperatingError } from '@tidemark/kernel'
import { CommandReused, CursorMoved, InvalidAppend, StaleEpoch, WrongVersion } from '../errors.ts'
import type { LogHead } from '../ledger-store.ts'
import type { CheckedAppend } from './check-append.ts'

/** Something that is found by its name. A `Map` is one. */
export interface Lookup<Value> {
  get(name: string): Value | undefined
}

/** What the store says, read under its locks, about all that a group of appends names. */
export interface GroupState {
  readonly head: LogHead
  /** Microseconds since 1970-01-01 UTC, by the store's clock. */
  readonly atUs: bigint
  readonly commands: Lookup<KnownCommand>
  /** Versions of streams; one that is not there is at 0n. */
  readonly versions: Lookup<bigint>
  /** Positions of cursors; one that is not there is at 0n. */
  readonly cursors: Lookup<bigint>
  /** Epochs of leases; one that is not there was never taken. */
  readonly epochs: Lookup<bigint>
  /** Whether an event of this id is in the log. A store that finds out on insert says no. */
  readonly hasEvent: (id: string) => boolean
}

export interface KnownCommand {
  readonly digest: Uint8Array
  readonly receipt: AppendReceipt
}

export interface NewCommand extends KnownCommand {
  readonly id: string
}

export type AppendOutcome =
  | { readonly kind: 'done'; readonly receipt: AppendReceipt }
  | { readonly kind: 'refused'; readonly error: OperatingError }

/** What to write, all of it or nothing, and what to answer then. */
export interface GroupDecision {
  /** One for each append, in order. */
  readonly outcomes: readonly AppendOutcome[]
  readonly events: readonly StoredEvent[]
  readonly head: LogHead
  readonly commands: readonly NewCommand[]
  /** Streams that grew, with their new versions. */
  readonly versions: ReadonlyMap<string, bigint>
  readonly cursors: ReadonlyMap<string, bigint>
}

/**
 * Decides appends one after the other, as if each were alone. One that is refused leaves no trace, so its
 * neighbours do not notice. Every adapter decides here; they differ only in how they read and write.
 */
export function decideGroup(appends: readonly CheckedAppend[], state: GroupState): GroupDecision {
  const group = new Group(state)
  const outcomes = appends.map((append) => group.decide(append))
  return { outcomes, ...group.written() }
}

class Group {
  readonly #state: GroupState
  readonly #events: StoredEvent[] = []
  readonly #ids = new Set<string>()
  readonly #commands = new Map<string, NewCommand>()
  readonly #versions = new Map<string, bigint>()
  readonly #cursors = new Map<string, bigint>()
  #position: bigint
  #chain: Uint8Array

  constructor(state: GroupState) {
    this.#state = state
    this.#position = state.head.position
    this.#chain = state.head.chain
  }

  decide(append: CheckedAppend): AppendOutcome {
    const { commandId } = append.request
    const known = this.#commands.get(commandId) ?? this.#state.commands.get(commandId)
    if (known !== undefined) return this.#repeat(append, known)
    const error = this.#refuse(append)
    if (error !== undefined) return { kind: 'refused', error }
    return { kind: 'done', receipt: this.#accept(append) }
  }

  written(): Omit<GroupDecision, 'outcomes'> {
    return {
      events: this.#events,
      head: { ...this.#state.head, position: this.#position, chain: this.#chain },
      commands: [...this.#commands.values()],
      versions: this.#versions,
      cursors: this.#cursors,
    }
  }

  /**
   * The same command again: the same receipt, and no event. Its cursor may still be where the command
   * starts from (the first attempt carried none, because its page went further): then it moves now.
   */
  #repeat({ request, digest }: CheckedAppend, known: KnownCommand): AppendOutcome {
    if (Buffer.compare(known.digest, digest) !== 0)
      return { kind: 'refused', error: new CommandReused(request.commandId) }
    const { cursor } = request
    if (cursor !== undefined && this.#positionOf(cursor.name) === cursor.from)
      this.#cursors.set(cursor.name, cursor.to)
    return { kind: 'done', receipt: known.receipt }
  }

  #refuse({ request }: CheckedAppend): OperatingError | undefined {
    const { expected, events, epoch, cursor } = request
    for (const { stream, version } of expected) {
      const actual = this.#versionOf(stream)
      if (actual !== version) return new WrongVersion(stream, actual)
    }
    if (epoch !== undefined && this.#state.epochs.get(epoch.resource) !== epoch.epoch)
      return new StaleEpoch(epoch.resource, epoch.epoch)
    if (cursor !== undefined && this.#positionOf(cursor.name) !== cursor.from)
      return new CursorMoved(cursor.name, cursor.from)
    const twice = events.find(({ id }) => this.#ids.has(id) || this.#state.hasEvent(id))
    return twice === undefined ? undefined : eventReused(twice.id)
  }

  #accept({ writer, request, digest }: CheckedAppend): AppendReceipt {
    const { commandId, events, cursor } = request
    const before = this.#position
    for (const event of events) this.#add(event, writer)
    if (cursor !== undefined) this.#cursors.set(cursor.name, cursor.to)
    const receipt: AppendReceipt =
      events.length === 0
        ? { firstPosition: 0n, lastPosition: 0n, chain: new Uint8Array() }
        : {
            firstPosition: before + 1n,
            lastPosition: this.#position,
            chain: this.#chain,
          }
    if (commandId !== '') this.#commands.set(commandId, { id: commandId, digest, receipt })
    return receipt
  }

  #add({ id, stream, type, schema, body, meta }: NewEvent, writer: string): void {
    const position = this.#position + 1n
    const version = this.#versionOf(stream) + 1n
    const { atUs } = this.#state
    const entry = { position, id, stream, version, type, schema, body, meta, writer, atUs }
    const leaf = leafOf(entry)
    const chain = chainOf(this.#chain, leaf)
    this.#events.push(Object.assign(entry, { leaf, chain }))
    this.#ids.add(id)
    this.#versions.set(stream, version)
    this.#position = position
    this.#chain = chain
  }

  #versionOf(stream: string): bigint {
    return this.#versions.get(stream) ?? this.#state.versions.get(stream) ?? 0n
  }

  #positionOf(cursor: string): bigint {
    return this.#cursors.get(cursor) ?? this.#state.cursors.get(cursor) ?? 0n
  }
}

/** An event id that the log holds already, under another command. */
export function eventReused(id: string): InvalidAppend {
  return new InvalidAppend(
    `cannot append event ${id}: the log has an event of this id from another command; ` +
      'derive ids from what is answered',
  )
}
