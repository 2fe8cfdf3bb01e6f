import type { StoredEvent } from '@tidemark/contracts'
import { sql, type Kysely } from 'kysely'
import { cutPage, EVENT_OVERHEAD_BYTES, PAGE_BYTES_MAX, PAGE_EVENTS_MAX, sizeOf } from '../page.ts'
import type { LedgerTables } from './schema.ts'

type Database = Kysely<LedgerTables>

const COLUMNS = sql.raw(
  'position, id, stream, version, type, schema, body, meta, writer, at_us as "atUs", leaf, chain',
)
const SIZE = sql.raw(
  `octet_length(body) + octet_length(meta) + octet_length(stream) + ${EVENT_OVERHEAD_BYTES}`,
)
const EVENTS_MIN = 16 // Of the largest there are ten in a page: this many are not much too many.

/**
 * Reads the log in pages. It asks for as many events as a page of the size of the last one would hold, and
 * drops what is too much: counting bytes in the database would cost a tenth of the reading (bench/ledger).
 */
export class LogPages {
  readonly #db: Database
  #eventsLikely = PAGE_EVENTS_MAX / 2

  constructor(db: Database) {
    this.#db = db
  }

  /** Events above a position, in order: as many as fit into a page, and at least one where there is one. */
  async after(after: bigint, eventsMax: number): Promise<readonly StoredEvent[]> {
    const limit = Math.min(eventsMax, this.#eventsLikely)
    const { rows } = await sql<StoredEvent>`
      select ${COLUMNS} from ledger.event
      where position > ${after} order by position limit ${limit}`.execute(this.#db)
    this.#learn(rows)
    return cutPage(rows)
  }

  #learn(rows: readonly StoredEvent[]): void {
    if (rows.length === 0) return
    const size = rows.reduce((sum, event) => sum + sizeOf(event), 0)
    const fitting = Math.floor((PAGE_BYTES_MAX * rows.length) / size)
    this.#eventsLikely = Math.max(EVENTS_MIN, Math.min(PAGE_EVENTS_MAX, fitting))
  }
}

/** Events of a stream above a version, in order: one whole page, and at least one where there is one. */
export async function streamAfter(
  db: Database,
  stream: string,
  after: bigint,
): Promise<readonly StoredEvent[]> {
  const { rows } = await sql<StoredEvent>`
    select ${COLUMNS} from (
      select *, sum(${SIZE}) over (order by version) as upto
      from ledger.event where stream = ${stream} and version > ${after}
      order by version limit ${PAGE_EVENTS_MAX}
    ) page
    where upto <= ${PAGE_BYTES_MAX} or version = ${after}::bigint + 1
    order by version`.execute(db)
  return rows
}
