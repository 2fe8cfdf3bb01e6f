import type { Clock } from '@tidemark/kernel'
import { sql, type RawBuilder } from 'kysely'

/** Whose clock decides over leases in a store: microseconds since 1970-01-01 UTC, as an expression. */
export type StoreTime = () => RawBuilder<bigint>

/** The server's clock: the one that all processes on it share. */
export const serverTime: StoreTime = () =>
  sql<bigint>`(extract(epoch from clock_timestamp()) * 1000000)::bigint`

/** This process's clock, where the database runs inside of this process. */
export function processTime(clock: Clock): StoreTime {
  return () => sql<bigint>`${BigInt(Math.round(clock.now() * 1000))}::bigint`
}
