import { PGlite, types } from '@electric-sql/pglite'
import { hexOf } from './array-text.ts'
import { DurableNodeFs, durableStartParams } from './durable-node-fs.ts'

/** Postgres in this process, on the files of a database (see `seedFiles`), with real syncs. Whoever calls it holds its lock. */
export async function startPglite(files: string): Promise<PGlite> {
  return await PGlite.create({
    fs: new DurableNodeFs(files),
    startParams: durableStartParams(PGlite.defaultStartParams),
    // The drivers' own conversions give numbers or `bigint` by size, and go through bytes one by one.
    parsers: { [types.INT8]: BigInt, [types.BYTEA]: (text) => Buffer.from(text.slice(2), 'hex') },
    serializers: { [types.BYTEA]: (bytes: Uint8Array) => `\\x${hexOf(bytes)}` },
  })
}
