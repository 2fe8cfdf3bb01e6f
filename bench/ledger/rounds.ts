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
import type { Bare, Databases } from './databases.ts'

const GROUP_COMMANDS = 256 // As many as one group of the ledger takes.
const GROUPS = 16

/** Seconds that one round took, and for how many events. */
export interface Round {
  readonly events: number
  readonly seconds: number
}

/** Appends by 4,096 callers at once, in groups of 256; then the same rows, in the same batches, bare. */
export async function appendRounds(
  { ledger, bare }: Databases,
  eventsPerCommand: number,
): Promise<{ readonly ours: Round; readonly bare: Round }> {
  const { position: before } = await ledger.head()
  const requests = Array.from({ length: GROUP_COMMANDS * GROUPS }, () => request(eventsPerCommand))
  const { store } = ledger.clientFor('releaser', SCOPE_ALL)
  const ours = await timed(requests.length * eventsPerCommand, async () => {
    await Promise.all(requests.map((each) => store.append(each)))
  })
  const rows = await readAll(ledger, before)
  const size = GROUP_COMMANDS * eventsPerCommand
  const batches = Array.from({ length: GROUPS }, (_, at) => rows.slice(at * size, (at + 1) * size))
  const baseline = await timed(rows.length, async () => {
    for (const batch of batches) await insert(bare, batch)
  })
  return { ours, bare: baseline }
}

/** The whole log by the ledger's own reading, each chain checked; then by a bare keyset read. */
export async function replayRounds({
  ledger,
  bare,
}: Databases): Promise<{ readonly ours: Round; readonly bare: Round }> {
  const { position: head } = await ledger.head()
  const { store } = ledger.clientFor('auditor', SCOPE_ALL)
  let pageEvents = 0
  const ours = await timed(Number(head), async () => {
    const check = new ChainCheck(0n)
    while (check.position < head) {
      const { events } = await store.readLog(check.position)
      for (const stored of events) check.next(stored)
      pageEvents = Math.max(pageEvents, events.length)
    }
  })
  const baseline = await timed(Number(head), async () => {
    for (let after = 0n; after < head;) {
      const rows = await bare(
        sql`select * from ledger.event where position > ${after} order by position limit ${pageEvents}`,
      )
      after = BigInt(String(rows.at(-1)?.['position']))
    }
  })
  return { ours, bare: baseline }
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

async function timed(events: number, work: () => Promise<void>): Promise<Round> {
  const begun = performance.now()
  await work()
  return { events, seconds: (performance.now() - begun) / 1000 }
}
