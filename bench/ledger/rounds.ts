import { randomUUID } from 'node:crypto'
import {
  ActorKind,
  encodeBody,
  event,
  EVENT_SCHEMA,
  Metadata,
  SCOPE_ALL,
  streams,
  type AppendRequest,
  type NewEvent,
  type StoredEvent,
} from '@tidemark/contracts'
import { ChainCheck, type LedgerStore } from '@tidemark/event-store'
import { eventRows } from '@tidemark/event-store/testing'
import { sql } from 'kysely'
import { collectGarbage } from './collect-garbage.ts'
import type { Bare, Databases } from './databases.ts'

const CALLERS = 512 // Two groups as large as the ledger makes them: one is committed, one made ready.
const ROUND_EVENTS = 8_192
const REPLAY_EVENTS = 50_000 // Fewer than the rounds of appends leave on either side.

/** Seconds that one side of a round took, and for how many events. */
export interface Side {
  readonly events: number
  readonly seconds: number
}

/** One round: the same work, by the ledger and by the bare driver, one after the other. */
export interface Round {
  readonly ours: Side
  readonly bare: Side
}

type Batches = readonly (readonly StoredEvent[])[]

export type First = 'ours' | 'bare'

/**
 * Appends by 512 callers, each of which has one under way, against the same rows in the same batches. The rows are
 * those of the round before, so that either side can go first.
 */
export class AppendRounds {
  readonly #databases: Databases
  readonly #eventsPerCommand: number
  #batches: Batches = []

  constructor(databases: Databases, eventsPerCommand: number) {
    this.#databases = databases
    this.#eventsPerCommand = eventsPerCommand
  }

  /** A round that is not measured; the first one makes rows for the next. */
  async warmUp(): Promise<void> {
    await this.#bare(this.#batches)
    await this.#ours()
  }

  async round(first: First): Promise<Round> {
    const batches = this.#batches
    return await inTurn(first, {
      ours: () => this.#ours(),
      bare: () => this.#bare(batches),
    })
  }

  async #ours(): Promise<Side> {
    const { ledger } = this.#databases
    const { position: before } = await ledger.head()
    const commands = ROUND_EVENTS / this.#eventsPerCommand
    const requests = Array.from({ length: commands }, () => request(this.#eventsPerCommand))
    const { store } = ledger.clientFor('releaser', SCOPE_ALL)
    const side = await timed(ROUND_EVENTS, async () => {
      const waiting = requests.values()
      const caller = async (): Promise<void> => {
        for (const each of waiting) await store.append(each)
      }
      await Promise.all(Array.from({ length: CALLERS }, caller))
    })
    this.#batches = groupsOf(await readAll(ledger, before))
    return side
  }

  async #bare(batches: Batches): Promise<Side> {
    return await timed(ROUND_EVENTS, async () => {
      for (const batch of batches) await insert(this.#databases.bare, batch)
    })
  }
}

/** The batches that the ledger committed: all events of one have its time. */
function groupsOf(rows: readonly StoredEvent[]): Batches {
  return [...Map.groupBy(rows, ({ atUs }) => atUs).values()]
}

async function inTurn(
  first: First,
  sides: Readonly<Record<keyof Round, () => Promise<Side>>>,
): Promise<Round> {
  if (first === 'ours') {
    const ours = await sides.ours()
    return { ours, bare: await sides.bare() }
  }
  const bare = await sides.bare()
  return { ours: await sides.ours(), bare }
}

/** The log by the ledger's own reading, its chain checked; against a bare keyset read with pages as large. */
export class ReplayRounds {
  readonly #databases: Databases
  #pageEvents = 0

  constructor(databases: Databases) {
    this.#databases = databases
  }

  /** A round that is not measured; the first one learns how large a page is. */
  async warmUp(): Promise<void> {
    await this.round('ours')
  }

  async round(first: First): Promise<Round> {
    return await inTurn(first, { ours: () => this.#ours(), bare: () => this.#bare() })
  }

  async #ours(): Promise<Side> {
    const { store } = this.#databases.ledger.clientFor('auditor', SCOPE_ALL)
    const check = new ChainCheck(0n)
    return await timed(REPLAY_EVENTS, async () => {
      while (check.position < REPLAY_EVENTS) {
        const { events } = await store.readLog(check.position)
        for (const stored of events) check.next(stored)
        this.#pageEvents = Math.max(this.#pageEvents, events.length)
      }
    })
  }

  async #bare(): Promise<Side> {
    return await timed(REPLAY_EVENTS, async () => {
      for (let after = 0n; after < REPLAY_EVENTS;) {
        const rows = await this.#databases.bare(sql`
          select position, id, stream, version, type, schema, body, meta, writer, at_us, leaf, chain
          from ledger.event where position > ${after} order by position limit ${this.#pageEvents}`)
        after = BigInt(String(rows.at(-1)?.['position']))
      }
    })
  }
}

async function readAll(ledger: LedgerStore, after: bigint): Promise<readonly StoredEvent[]> {
  const rows: StoredEvent[] = []
  for (;;) {
    const page = await ledger.readPage(rows.at(-1)?.position ?? after, 2_000)
    if (page.length === 0) return rows
    rows.push(...page)
  }
}

/** One statement and one commit for the rows of a batch, written as the ledger writes them. */
async function insert(bare: Bare, rows: readonly StoredEvent[]): Promise<void> {
  await bare(sql`
    insert into ledger.event
      (position, id, stream, version, type, schema, body, meta, writer, at_us, leaf, chain)
    select * from ${eventRows(rows)}`)
}

/** What one application's push makes the releaser append: a new stream, or one that grew. */
function request(eventsPerCommand: number): AppendRequest {
  const applicationId = randomUUID()
  const stream = streams.application(applicationId)
  return {
    commandId: randomUUID(),
    expected: [{ stream, version: 0n }],
    events: Array.from({ length: eventsPerCommand }, () => newEvent(stream, applicationId)),
    epoch: undefined,
    cursor: undefined,
  }
}

function newEvent(stream: string, applicationId: string): NewEvent {
  const id = randomUUID()
  const digest = `sha256:${'ab'.repeat(32)}`
  const value = event('ReleaseCut', { applicationId, number: 42n, inputsDigest: digest })
  const meta = Metadata.fromPartial({
    actor: { kind: ActorKind.ACTOR_KIND_SERVICE, name: 'releaser', issuer: '' },
    causationId: id,
    causationPosition: 1_000n,
    correlationId: id,
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    project: 'default',
    cluster: 'production',
    build: '0.1.0',
  })
  const body = Buffer.concat([encodeBody(value), Buffer.alloc(120, 7)]) // As large as a real one.
  return {
    id,
    stream,
    type: 'ReleaseCut',
    schema: EVENT_SCHEMA,
    body,
    meta: Metadata.encode(meta).finish(),
  }
}

/** What the side before has left behind is collected first, so that this one does not pay for it. */
async function timed(events: number, work: () => Promise<void>): Promise<Side> {
  collectGarbage()
  const begun = performance.now()
  await work()
  return { events, seconds: (performance.now() - begun) / 1000 }
}
