import { PGlite } from '@electric-sql/pglite'
import { DurableNodeFs, durableStartParams } from './durable-node-fs.ts'

/** Postgres in this thread, on the files of a database (see `seedFiles`), with real syncs. Whoever calls it holds its lock. */
export async function startPglite(files: string): Promise<PGlite> {
  return await PGlite.create({
    fs: new DurableNodeFs(files),
    startParams: durableStartParams(PGlite.defaultStartParams),
  })
}
