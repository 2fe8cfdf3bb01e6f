import type { ParkedEvent, Writer } from '@tidemark/contracts'
import { sql, type Kysely } from 'kysely'
import { LedgerUnavailable } from '../errors.ts'
import type { Parking } from '../event-store.ts'
import { checkReactor, keptError, PARK_TRIES, PARKED_MAX } from '../parking/check-parking.ts'
import type { LedgerTables } from './schema.ts'
import type { StoreTime } from './store-time.ts'

interface SqlParkingOptions {
  readonly db: Kysely<LedgerTables>
  readonly time: StoreTime
  readonly writer: Writer
}

type ParkedRow = LedgerTables['ledger.parked']

const COLUMNS = ['reactor', 'position', 'key', 'error', 'tries', 'at_ms'] as const

/** Parked events in the database. */
export function sqlParking({ db, time, writer }: SqlParkingOptions): Parking {
  return {
    failed: async (parked) => {
      checkReactor(writer, parked.reactor)
      return await reach('park an event', () => countFailure(db, time, parked))
    },
    remove: async (reactor, position) => {
      checkReactor(writer, reactor)
      await reach('remove a parked event', () => remove(db, reactor, position))
    },
    list: (reactor) => reach('list parked events', () => list(db, reactor)),
  }
}

async function countFailure(
  db: Kysely<LedgerTables>,
  time: StoreTime,
  { reactor, position, key, error }: Omit<ParkedEvent, 'tries' | 'atMs'>,
): Promise<ParkedEvent> {
  const { rows } = await sql<ParkedRow>`
    insert into ledger.parked (reactor, position, key, error, tries, at_ms)
    values (${reactor}, ${position}, ${key}, ${keptError(error)}, 1, ${time()} / 1000)
    on conflict (reactor, position) do update
      set tries = parked.tries + 1, key = excluded.key, error = excluded.error, at_ms = excluded.at_ms
    returning ${sql.raw(COLUMNS.join(', '))}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('no row came back')
  return parkedEvent(row)
}

async function remove(db: Kysely<LedgerTables>, reactor: string, position: bigint): Promise<void> {
  await db
    .deleteFrom('ledger.parked')
    .where('reactor', '=', reactor)
    .where('position', '=', position)
    .execute()
}

async function list(
  db: Kysely<LedgerTables>,
  reactor: string | undefined,
): Promise<readonly ParkedEvent[]> {
  const parked = db.selectFrom('ledger.parked').select(COLUMNS).where('tries', '>=', PARK_TRIES)
  const rows = await (reactor === undefined ? parked : parked.where('reactor', '=', reactor))
    .orderBy('reactor')
    .orderBy('position')
    .limit(PARKED_MAX)
    .execute()
  return rows.map(parkedEvent)
}

function parkedEvent({ at_ms: atMs, ...row }: ParkedRow): ParkedEvent {
  return { ...row, atMs }
}

async function reach<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new LedgerUnavailable(what, error)
  }
}
