import type { AppendReceipt, StoredEvent } from '@tidemark/contracts'
import { sql, type CompiledQuery, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { GroupDecision, KnownCommand, NewCommand } from '../append/decide-group.ts'
import type { ClaimedVersion, PredictedGroup } from '../append/predict-group.ts'
import type { LogHead } from '../ledger-store.ts'
import { bytesArray, plainArray, textArray } from './array-text.ts'
import type { LedgerTables } from './schema.ts'

type Open = Transaction<LedgerTables>

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

/** The end of the log, which nobody else moves until this transaction has ended. */
export async function lockHead(transaction: Open): Promise<LogHead> {
  return await transaction
    .selectFrom('ledger.head')
    .select(['position', 'chain', 'incarnation'])
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** Versions of the streams that have events. Exact once the head is locked. */
export async function versionsOf(
  transaction: Open,
  streams: readonly string[],
): Promise<Map<string, bigint>> {
  if (streams.length === 0) return new Map()
  const { rows } = await sql<{ stream: string; version: bigint }>`
    select asked.stream, last.version
    from unnest(${streams}::text[]) as asked (stream)
    cross join lateral (
      select version from ledger.event where event.stream = asked.stream
      order by version desc limit 1
    ) last`.execute(transaction)
  return new Map(rows.map(({ stream, version }) => [stream, version]))
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
export async function writeDecision(
  transaction: Open,
  { events, commands, cursors, head }: GroupDecision,
): Promise<void> {
  if (cursors.size > 0)
    await sql`
      insert into ledger.cursor (name, position)
      select * from unnest(${[...cursors.keys()]}::text[], ${[...cursors.values()]}::bigint[])
      on conflict (name) do update set position = excluded.position`.execute(transaction)
  if (commands.length > 0)
    await sql`
      insert into ledger.command (id, digest, first_position, last_position)
      select * from ${commandRows(commands)}`.execute(transaction)
  if (events.length === 0) return
  await sql`
    with moved as (update ledger.head set position = ${head.position}, chain = ${head.chain})
    insert into ledger.event
      (position, id, stream, version, type, schema, body, meta, writer, at_us, leaf, chain)
    select * from ${eventRows(events)}`.execute(transaction)
}

/**
 * The one statement that stores a group that was predicted. It gives `moved: false`, and nothing is stored, where
 * the log does not end where it was predicted, or a stream, cursor or lease is not where it is claimed to be. A
 * known command and a used event id violate a unique index, which rejects.
 *
 * Whoever appends or takes a lease over moves the head, so one that has not moved holds streams and leases where this
 * statement finds them. A cursor can move alone: claims of cursors are only for the one writer of a database.
 */
export function predictionStatement(
  db: Kysely<LedgerTables>,
  { base, decision, claims }: PredictedGroup,
): CompiledQuery<{ readonly moved: boolean }> {
  const { head, events, commands, cursors } = decision
  return sql<{ readonly moved: boolean }>`
    with moved as (
      update ledger.head set position = ${head.position}, chain = ${head.chain}
      where position = ${base.position} and chain = ${base.chain}
        and incarnation = ${base.incarnation}
        and not exists (${wrongVersions(claims.versions)})
        and not exists (
          select from ${namedRows(claims.cursors)} as claim (name, position)
          left join ledger.cursor on cursor.name = claim.name
          where coalesce(cursor.position, 0) <> claim.position
        )
        and not exists (
          select from ${namedRows(claims.epochs)} as claim (resource, epoch)
          left join ledger.lease on lease.resource = claim.resource
          where lease.epoch is distinct from claim.epoch
        )
      returning 1
    ), moved_cursors as (
      insert into ledger.cursor (name, position)
      select added.* from moved, ${namedRows(cursors)} as added
      on conflict (name) do update set position = excluded.position
    ), added_commands as (
      insert into ledger.command (id, digest, first_position, last_position)
      select added.* from moved, ${commandRows(commands)} as added
    ), added_events as (
      insert into ledger.event
        (position, id, stream, version, type, schema, body, meta, writer, at_us, leaf, chain)
      select added.* from moved, ${eventRows(events)} as added
    )
    select exists (select from moved) as moved`.compile(db)
}

/** Claims of streams that are not at the version that is claimed: one look at the index for each. */
function wrongVersions(claims: readonly ClaimedVersion[]): RawBuilder<unknown> {
  return sql`
    select from unnest(
      ${textArray(claims.map(({ stream }) => stream))}::text::text[],
      ${plainArray(claims.map(({ version }) => version))}::text::bigint[]
    ) as claim (stream, version)
    where claim.version <> coalesce((
      select version from ledger.event where event.stream = claim.stream
      order by version desc limit 1
    ), 0)`
}

function namedRows(values: ReadonlyMap<string, bigint>): RawBuilder<unknown> {
  return sql`unnest(
    ${textArray([...values.keys()])}::text::text[],
    ${plainArray([...values.values()])}::text::bigint[]
  )`
}

function commandRows(commands: readonly NewCommand[]): RawBuilder<unknown> {
  return sql`unnest(
    ${textArray(commands.map(({ id }) => id))}::text::text[],
    ${bytesArray(commands.map(({ digest }) => digest))}::text::bytea[],
    ${plainArray(commands.map(({ receipt }) => receipt.firstPosition))}::text::bigint[],
    ${plainArray(commands.map(({ receipt }) => receipt.lastPosition))}::text::bigint[]
  )`
}

/** All columns of events, as rows. Also what the bench inserts by. */
export function eventRows(events: readonly StoredEvent[]): RawBuilder<unknown> {
  return sql`unnest(
    ${plainArray(events.map(({ position }) => position))}::text::bigint[],
    ${plainArray(events.map(({ id }) => id))}::text::uuid[],
    ${textArray(events.map(({ stream }) => stream))}::text::text[],
    ${plainArray(events.map(({ version }) => version))}::text::bigint[],
    ${textArray(events.map(({ type }) => type))}::text::text[],
    ${plainArray(events.map(({ schema }) => schema))}::text::integer[],
    ${bytesArray(events.map(({ body }) => body))}::text::bytea[],
    ${bytesArray(events.map(({ meta }) => meta))}::text::bytea[],
    ${textArray(events.map(({ writer }) => writer))}::text::text[],
    ${plainArray(events.map(({ atUs }) => atUs))}::text::bigint[],
    ${bytesArray(events.map(({ leaf }) => leaf))}::text::bytea[],
    ${bytesArray(events.map(({ chain }) => chain))}::text::bytea[]
  )`
}
