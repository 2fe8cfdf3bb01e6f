import type { StoredEvent } from '@tidemark/contracts'
import { sql, type Kysely } from 'kysely'
import { EVENT_OVERHEAD_BYTES, PAGE_BYTES_MAX } from '../page.ts'
import type { EventRow, LedgerTables } from './schema.ts'

type Database = Kysely<LedgerTables>

const COLUMNS = sql.raw(
  'position, id, stream, version, type, schema, body, meta, writer, at_us, leaf, chain',
)
const SIZE = sql.raw(
  `octet_length(body) + octet_length(meta) + octet_length(stream) + ${EVENT_OVERHEAD_BYTES}`,
)

/** Events above a position, in order: as many as fit into one page, and at least one where there is one. */
export async function eventsAfter(
  db: Database,
  after: bigint,
  eventsMax: number,
): Promise<readonly StoredEvent[]> {
  const { rows } = await sql<EventRow>`
    select ${COLUMNS} from (
      select ${COLUMNS}, sum(${SIZE}) over (order by position) as upto
      from ledger.event where position > ${after} order by position limit ${eventsMax}
    ) page
    where upto <= ${PAGE_BYTES_MAX} or position = ${after}::bigint + 1`.execute(db)
  return rows.map(storedEvent)
}

/** Events of a stream above a version, in order: one page, as {@link eventsAfter}. */
export async function streamAfter(
  db: Database,
  stream: string,
  after: bigint,
  eventsMax: number,
): Promise<readonly StoredEvent[]> {
  const { rows } = await sql<EventRow>`
    select ${COLUMNS} from (
      select ${COLUMNS}, sum(${SIZE}) over (order by version) as upto
      from ledger.event where stream = ${stream} and version > ${after}
      order by version limit ${eventsMax}
    ) page
    where upto <= ${PAGE_BYTES_MAX} or version = ${after}::bigint + 1`.execute(db)
  return rows.map(storedEvent)
}

function storedEvent({ at_us: atUs, ...row }: EventRow): StoredEvent {
  return { ...row, atUs }
}
