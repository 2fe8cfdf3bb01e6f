import { OperatingError } from '@tidemark/kernel'
import { BlobStoreFull, BlobStoreUnavailable } from '../blob-errors.ts'
import { assertRawName, type RawBlob, type StoredBlobs } from '../raw-blobs.ts'

const ROWS_MAX = 1_000 // A statement has at most 65,535 parameters.
const FULL = new Set(['53100', '53200']) // disk_full, out_of_memory

/** What is needed of a database: `pg.Pool` and PGlite's adapter for it have it. */
export interface BlobSql {
  query(
    text: string,
    values: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>
}

/**
 * Blobs in the table `ledger.blob(name text primary key, bytes bytea)` of the ledger's database, which makes it and
 * syncs each commit. For blobs above 512 KiB put `ChunkedBlobs` over it.
 */
export class PostgresBlobs implements StoredBlobs {
  readonly #sql: BlobSql

  constructor(sql: BlobSql) {
    this.#sql = sql
  }

  async write(blobs: readonly RawBlob[]): Promise<void> {
    for (const { name } of blobs) assertRawName(name)
    // In one order for all writers, so that none waits for another that waits for it.
    const sorted = blobs.toSorted((left, right) => (left.name < right.name ? -1 : 1))
    for (let from = 0; from < sorted.length; from += ROWS_MAX) {
      await this.#insert(sorted.slice(from, from + ROWS_MAX))
    }
  }

  async replace({ name, bytes }: RawBlob): Promise<void> {
    assertRawName(name)
    await this.#ask(
      `replace blob ${name}`,
      'insert into ledger.blob (name, bytes) values ($1, $2) on conflict (name) do update set bytes = excluded.bytes',
      [name, bytesOf(bytes)],
    )
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    assertRawName(name)
    const [row] = await this.#ask(
      `read blob ${name}`,
      'select bytes from ledger.blob where name = $1',
      [name],
    )
    const bytes = row?.['bytes']
    return bytes instanceof Uint8Array ? bytes : undefined
  }

  async has(name: string): Promise<boolean> {
    assertRawName(name)
    const rows = await this.#ask(
      `look for blob ${name}`,
      'select 1 from ledger.blob where name = $1',
      [name],
    )
    return rows.length > 0
  }

  async list({
    after,
    limit,
  }: {
    readonly after: string
    readonly limit: number
  }): Promise<readonly string[]> {
    // The order of bytes, whatever the order of the database's language is.
    const rows = await this.#ask(
      'list the blobs',
      'select name from ledger.blob where name collate "C" > $1 order by name collate "C" limit $2',
      [after, limit],
    )
    return rows.map((row) => String(row['name']))
  }

  async #insert(blobs: readonly RawBlob[]): Promise<void> {
    const rows = blobs.map((_, at) => `($${at * 2 + 1}::text, $${at * 2 + 2}::bytea)`).join(', ')
    const values = blobs.flatMap(({ name, bytes }) => [name, bytesOf(bytes)])
    await this.#ask(
      'keep blobs',
      `insert into ledger.blob (name, bytes) values ${rows} on conflict (name) do nothing`,
      values,
    )
  }

  async #ask(
    doing: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    try {
      const { rows } = await this.#sql.query(text, values)
      return rows
    } catch (error) {
      if (error instanceof OperatingError) throw error
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (FULL.has(code)) throw new BlobStoreFull('the database', error)
      throw new BlobStoreUnavailable(doing, error)
    }
  }
}

/** `pg` takes a Buffer for bytea, and no other array. */
function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
