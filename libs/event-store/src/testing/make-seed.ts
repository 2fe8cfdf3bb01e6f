import { writeFileSync } from 'node:fs'
import { constants, zstdCompressSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { SEED_PATH } from '../pglite/seed-files.ts'

const LEVEL = 19 // Slow to make, once; a fifth smaller than the default.

/**
 * Makes the empty database that a first start unpacks, with the PGlite that is installed. Run it after PGlite
 * was updated to another major version of Postgres:
 * `node --conditions=source -e "import('@tidemark/event-store/testing').then((t) => t.makeSeed())"`
 */
export async function makeSeed(path: string = SEED_PATH): Promise<void> {
  const pglite = await PGlite.create()
  await pglite.exec('checkpoint')
  const files = await pglite.dumpDataDir('none')
  await pglite.close()
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL }
  writeFileSync(path, zstdCompressSync(Buffer.from(await files.arrayBuffer()), { params }))
}
