import { openPglite, type PgliteOptions, type SqlLedger } from '@tidemark/event-store'
import type { Random } from '@tidemark/kernel'
import { openDataDir, type DataDir } from './data-dir.ts'

/** What the embedded form has on the disk: its folder, and the ledger in it, which nobody else can have open. */
export interface OpenState {
  readonly data: DataDir
  readonly ledger: SqlLedger
}

/** Opens what is there, and makes what is missing. Whoever gets it disposes of the ledger. */
export async function openState({
  random,
  dataDir,
  ...options
}: PgliteOptions & { readonly random: Random }): Promise<OpenState> {
  const data = await openDataDir(dataDir, random)
  return { data, ledger: await openPglite({ ...options, dataDir: data.ledger }) }
}
