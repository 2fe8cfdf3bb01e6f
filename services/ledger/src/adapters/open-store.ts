import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { openPglite, openPostgres, type SqlLedger } from '@tidemark/event-store'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import type { StoreConfig } from '../config.ts'

interface OpenStoreDeps {
  readonly clock: Clock
  readonly crashPoints: CrashPoints
}

/** Opens the store that the configuration names, with its schema brought up to this build. */
export async function openStore(config: StoreConfig, deps: OpenStoreDeps): Promise<SqlLedger> {
  const { clock, crashPoints } = deps
  if (config.kind === 'pglite')
    return await openPglite({ dataDir: config.dataDir, clock, crashPoints })
  return await openPostgres({ url: config.url, tls: await tlsOf(config.tls), clock, crashPoints })
}

async function tlsOf(
  tls: Extract<StoreConfig, { kind: 'postgres' }>['tls'],
): Promise<ConnectionOptions | false> {
  if (tls.kind === 'off') return false
  const rules: ConnectionOptions = { minVersion: 'TLSv1.3', rejectUnauthorized: true }
  return tls.caFile === undefined ? rules : { ...rules, ca: await readFile(tls.caFile, 'utf8') }
}
