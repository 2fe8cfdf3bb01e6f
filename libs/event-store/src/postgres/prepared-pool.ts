import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient, QueryConfig } from 'pg'

// The ledger has some thirty statements. Blobs are written by one for each number of them.
const KEPT_MAX = 256

/**
 * The connections of a pool, each of which keeps its statements ready: planning the one that appends costs the
 * server half of what running it does (bench/ledger). A statement MUST name the columns that it gives:
 * a kept one with `*` fails from the moment at which another build adds a column.
 */
export function preparedPool(pool: Pool): PostgresPool {
  const kept = new KeptStatements()
  // Kysely knows a connection again by the object that it gets.
  const clients = new WeakMap<PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      const known = clients.get(client) ?? preparedClient(client, kept)
      clients.set(client, known)
      return known
    },
  }
}

function preparedClient(client: PoolClient, kept: KeptStatements): PostgresPoolClient {
  const query = (text: string, values: readonly unknown[]): Promise<unknown> =>
    client.query(kept.named(text, [...values]))
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely asks by text and values; its cursors are not used.
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
  }
}

/** Names of statements, the same on each connection; the driver knows which of them a connection has. */
class KeptStatements {
  readonly #names = new Map<string, string>()

  named(text: string, values: unknown[]): QueryConfig {
    if (values.length === 0) return { text }
    const name = this.#nameOf(text)
    return name === undefined ? { text, values } : { name, text, values }
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size === KEPT_MAX) return known
    const name = `kept-${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}
