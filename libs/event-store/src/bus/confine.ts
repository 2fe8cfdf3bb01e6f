import type { RawBlobs } from '@tidemark/blob-store'
import {
  decodeBody,
  familyOf,
  idOf,
  Metadata,
  SCOPE_ALL,
  token,
  type ParkedEvent,
  type StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import { NotAllowed } from '../errors.ts'
import type { LedgerStore } from '../ledger-store.ts'

/** Who asks over the bus, as its subject says. */
export interface Asker {
  readonly writer: Writer
  /** The one cluster, as a token of the subject, that it is confined to; or `_`. */
  readonly scope: string
}

function isConfined({ scope }: Asker): boolean {
  return scope !== SCOPE_ALL
}

/**
 * Whether an event is of that cluster: its metadata says so, or its stream does. A person's word on what the
 * cluster's own reader has parked is too.
 */
function isOfScope({ stream, meta }: StoredEvent, { writer, scope }: Asker): boolean {
  if (familyOf(stream) === 'request' && idOf(stream) === `${writer}-${scope}`) return true
  const { cluster } = Metadata.decode(meta)
  return cluster !== '' && token(cluster) === scope
}

/**
 * An event as the asker may see it. Of one of another cluster a confined reader gets the place and the hashes, so
 * that positions have no gaps and the chain can be followed, and nothing of what it says.
 */
export function asSeenBy(asker: Asker, stored: StoredEvent): StoredEvent {
  if (!isConfined(asker) || isOfScope(stored, asker)) return stored
  const empty = new Uint8Array()
  const nothing = { id: '', stream: '', version: 0n, type: '', schema: 0, writer: '', atUs: 0n }
  const { position, leaf, chain } = stored
  return { ...nothing, body: empty, meta: empty, position, leaf, chain }
}

/** A stream is of one cluster: that of its events. */
export function refuseForeign(asker: Asker, stream: string, events: readonly StoredEvent[]): void {
  if (!isConfined(asker) || events.every((stored) => isOfScope(stored, asker))) return
  const { writer, scope } = asker
  throw new NotAllowed(`cannot read ${stream}: ${writer} is confined to cluster ${scope}`)
}

/** Cursors, leases and parked events of a confined reader are those of its cluster, by name. */
export function refuseOthers({ writer, scope }: Asker, what: string, name: string): void {
  if (scope === SCOPE_ALL || name === `${writer}-${scope}`) return
  throw new NotAllowed(`cannot ${what} ${name}: ${writer} is confined to cluster ${scope}`)
}

/** What of a list of parked events its cluster's reader may see. */
export function parkedOfScope(
  asker: Asker,
  parked: readonly ParkedEvent[],
): readonly ParkedEvent[] {
  const own = `${asker.writer}-${asker.scope}`
  return isConfined(asker) ? parked.filter(({ reactor }) => reactor === own) : parked
}

const PAGE_EVENTS = 2_048

/**
 * The blobs that the events of a cluster name: those are its, and no others. Names follow from contents under a key,
 * so nobody can guess one, or name it in an event of his own.
 */
export class ScopedBlobs {
  readonly #store: Pick<LedgerStore, 'readPage'>
  readonly #raw: RawBlobs
  readonly #known = new Map<string, ScopeNames>()

  constructor(store: Pick<LedgerStore, 'readPage'>, raw: RawBlobs) {
    this.#store = store
    this.#raw = raw
  }

  /** The blobs as this asker sees them. It may keep any. */
  for(asker: Asker): RawBlobs {
    if (!isConfined(asker)) return this.#raw
    const id = `${asker.writer}/${asker.scope}`
    const names = this.#known.get(id) ?? new ScopeNames(this.#store, asker)
    this.#known.set(id, names)
    return {
      write: (blobs) => this.#raw.write(blobs),
      read: async (name) => ((await names.has(name)) ? await this.#raw.read(name) : undefined),
      has: async (name) => (await names.has(name)) && (await this.#raw.has(name)),
    }
  }
}

/** Names in the events of one cluster, read on when one is asked for that is not known yet. */
class ScopeNames {
  readonly #store: Pick<LedgerStore, 'readPage'>
  readonly #asker: Asker
  readonly #names = new Set<string>()
  #position = 0n
  #reading: Promise<void> = Promise.resolve()

  constructor(store: Pick<LedgerStore, 'readPage'>, asker: Asker) {
    this.#store = store
    this.#asker = asker
  }

  /** Of a blob, or of a part of one. */
  async has(name: string): Promise<boolean> {
    const [blob = ''] = name.split('.')
    if (this.#names.has(blob)) return true
    this.#reading = this.#reading.then(
      () => this.#readOn(),
      () => this.#readOn(),
    )
    await this.#reading
    return this.#names.has(blob)
  }

  #namesOf(stored: StoredEvent): readonly string[] {
    if (!isOfScope(stored, this.#asker)) return []
    return namesIn(decodeBody(stored.type, stored.body)?.value)
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const events = await this.#store.readPage(this.#position, PAGE_EVENTS)
      for (const stored of events) {
        for (const name of this.#namesOf(stored)) this.#names.add(name)
        this.#position = stored.position
      }
      if (events.length === 0) return
    }
  }
}

const NAME = /^[0-9a-f]{64}$/u

function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return NAME.test(value) ? [value] : []
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(namesIn)
}
