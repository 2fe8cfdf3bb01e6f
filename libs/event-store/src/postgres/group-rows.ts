import type { AppendReceipt, StoredEvent } from '@tidemark/contracts'
import { sql, type Transaction } from 'kysely'
import type { GroupDecision, KnownCommand, NewCommand } from '../append/decide-group.ts'
import type { LogHead } from '../ledger-store.ts'
import type { LedgerTables } from './schema.ts'
import type { StoreTime } from './store-time.ts'

type Open = Transaction<LedgerTables>

/** Versions of the streams that exist, whose rows are locked from now on. `names` is sorted. */
export async function lockStreams(
  transaction: Open,
  names: readonly string[],
): Promise<Map<string, bigint>> {
  if (names.length === 0) return new Map()
  const { rows } = await sql<{ name: string; version: bigint }>`
    select name, version from ledger.stream where name = any(${names}::text[])
    order by name for update`.execute(transaction)
  return new Map(rows.map(({ name, version }) => [name, version]))
}

/** Positions of the cursors that exist, whose rows are locked from now on. `names` is sorted. */
export async function lockCursors(
  transaction: Open,
  names: readonly string[],
): Promise<Map<string, bigint>> {
  if (names.length === 0) return new Map()
  const { rows } = await sql<{ name: string; position: bigint }>`
    select name, position from ledger.cursor where name = any(${names}::text[])
    order by name for update`.execute(transaction)
  return new Map(rows.map(({ name, position }) => [name, position]))
}

/** Epochs of the leases that were ever taken. Nobody takes one over until this transaction has ended. */
export async function shareLeases(
  transaction: Open,
  resources: readonly string[],
): Promise<Map<string, bigint>> {
  if (resources.length === 0) return new Map()
  const { rows } = await sql<{ resource: string; epoch: bigint }>`
    select resource, epoch from ledger.lease where resource = any(${resources}::text[])
    order by resource for share`.execute(transaction)
  return new Map(rows.map(({ resource, epoch }) => [resource, epoch]))
}

/** The end of the log, which nobody else moves until this transaction has ended; and the time. */
export async function lockHead(
  transaction: Open,
  time: StoreTime,
): Promise<{ readonly head: LogHead; readonly atUs: bigint }> {
  const { rows } = await sql<LogHead & { readonly at_us: bigint }>`
    select position, chain, incarnation, ${time()} as at_us
    from ledger.head for update`.execute(transaction)
  const [row] = rows
  if (row === undefined) throw new Error('the table ledger.head is empty')
  const { at_us: atUs, ...head } = row
  return { head, atUs }
}

/** Those of the commands that were stored before. Exact once the head is locked. */
export async function knownCommands(
  transaction: Open,
  ids: readonly string[],
): Promise<Map<string, KnownCommand>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<CommandRow>`
    select c.id, c.digest, c.first_position, c.last_position, e.chain
    from ledger.command c left join ledger.event e on e.position = c.last_position
    where c.id = any(${ids}::text[])`.execute(transaction)
  return new Map(rows.map((row) => [row.id, { digest: row.digest, receipt: receiptOf(row) }]))
}

interface CommandRow {
  readonly id: string
  readonly digest: Uint8Array
  readonly first_position: bigint
  readonly last_position: bigint
  readonly chain: Uint8Array | null
}

function receiptOf({ first_position, last_position, chain }: CommandRow): AppendReceipt {
  return {
    firstPosition: first_position,
    lastPosition: last_position,
    chain: chain ?? new Uint8Array(),
  }
}

/** Stores what was decided. The head is locked, so nothing here can meet a competitor. */
export async function writeDecision(transaction: Open, decision: GroupDecision): Promise<void> {
  const { events, versions, commands, cursors, head } = decision
  if (events.length > 0) await insertEvents(transaction, events)
  if (versions.size > 0) await moveStreams(transaction, versions)
  if (commands.length > 0) await insertCommands(transaction, commands)
  if (cursors.size > 0) await moveCursors(transaction, cursors)
  if (events.length > 0) await moveHead(transaction, head)
}

/** One statement for all rows. The bench inserts the same rows by the same statement. */
export async function insertEvents(
  transaction: Open,
  events: readonly StoredEvent[],
): Promise<void> {
  await sql`
    insert into ledger.event
      (position, id, stream, version, type, schema, body, meta, writer, at_us, leaf, chain)
    select * from unnest(
      ${events.map(({ position }) => position)}::bigint[],
      ${events.map(({ id }) => id)}::uuid[],
      ${events.map(({ stream }) => stream)}::text[],
      ${events.map(({ version }) => version)}::bigint[],
      ${events.map(({ type }) => type)}::text[],
      ${events.map(({ schema }) => schema)}::integer[],
      ${events.map(({ body }) => body)}::bytea[],
      ${events.map(({ meta }) => meta)}::bytea[],
      ${events.map(({ writer }) => writer)}::text[],
      ${events.map(({ atUs }) => atUs)}::bigint[],
      ${events.map(({ leaf }) => leaf)}::bytea[],
      ${events.map(({ chain }) => chain)}::bytea[]
    )`.execute(transaction)
}

async function moveStreams(
  transaction: Open,
  versions: ReadonlyMap<string, bigint>,
): Promise<void> {
  await sql`
    insert into ledger.stream (name, version)
    select * from unnest(${[...versions.keys()]}::text[], ${[...versions.values()]}::bigint[])
    on conflict (name) do update set version = excluded.version`.execute(transaction)
}

async function insertCommands(transaction: Open, commands: readonly NewCommand[]): Promise<void> {
  await sql`
    insert into ledger.command (id, digest, first_position, last_position)
    select * from unnest(
      ${commands.map(({ id }) => id)}::text[],
      ${commands.map(({ digest }) => digest)}::bytea[],
      ${commands.map(({ receipt }) => receipt.firstPosition)}::bigint[],
      ${commands.map(({ receipt }) => receipt.lastPosition)}::bigint[]
    )`.execute(transaction)
}

async function moveCursors(transaction: Open, cursors: ReadonlyMap<string, bigint>): Promise<void> {
  await sql`
    insert into ledger.cursor (name, position)
    select * from unnest(${[...cursors.keys()]}::text[], ${[...cursors.values()]}::bigint[])
    on conflict (name) do update set position = excluded.position`.execute(transaction)
}

async function moveHead(transaction: Open, { position, chain }: LogHead): Promise<void> {
  await sql`update ledger.head set position = ${position}, chain = ${chain}`.execute(transaction)
}
