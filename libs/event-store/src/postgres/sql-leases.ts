import type { LeaseGrant, StoredEvent } from '@tidemark/contracts'
import { sql, type Kysely, type Transaction } from 'kysely'
import { LedgerUnavailable } from '../errors.ts'
import type { LeaseWish, Leases } from '../event-store.ts'
import type { LedgerIdentity } from '../identity.ts'
import {
  checkLease,
  checkTtl,
  decideLease,
  grantOf,
  leaseTaken,
  NO_LEASE,
  type LeaseState,
} from '../leases/decide-lease.ts'
import { appendGroup } from './append-group.ts'
import type { LedgerTables } from './schema.ts'
import type { StoreTime } from './store-time.ts'

interface SqlLeasesOptions {
  readonly db: Kysely<LedgerTables>
  readonly time: StoreTime
  readonly identity: LedgerIdentity
  /** Called after a takeover, which makes the log longer. */
  readonly grown: (events: readonly StoredEvent[]) => void
}

/** Leases in the database. Its clock decides, never the clock of a holder. */
export function sqlLeases(options: SqlLeasesOptions): Leases {
  const { db, identity } = options
  return {
    acquire: async (wish) => {
      checkLease(identity, wish)
      checkTtl(wish)
      return await reach(`take lease ${wish.resource}`, () => acquire(options, wish))
    },
    release: async ({ resource, holder }) => {
      checkLease(identity, { resource, holder })
      await reach(`release lease ${resource}`, () => release(db, resource, holder))
    },
  }
}

async function acquire(
  { db, time, grown }: SqlLeasesOptions,
  wish: LeaseWish,
): Promise<LeaseGrant> {
  const { granted, takeover } = await db.transaction().execute(async (transaction) => {
    const state = await lockLease(transaction, wish.resource)
    const nowMs = await nowInMs(transaction, time)
    const decision = decideLease(state, wish, nowMs)
    if (decision.kind !== 'held') await keepLease(transaction, wish.resource, decision.state)
    const grant = grantOf(decision, nowMs)
    if (decision.kind !== 'taken') return { granted: grant, takeover: [] }
    const append = leaseTaken(wish.resource, decision.state)
    const { events } = await appendGroup(transaction, [append], nowMs * 1000n)
    return { granted: grant, takeover: events }
  })
  if (takeover.length > 0) grown(takeover)
  return granted
}

/** Frees all leases: for a store that only this process can have open, so that whoever held one is dead. */
export async function freeLeases(db: Kysely<LedgerTables>): Promise<void> {
  await db
    .updateTable('ledger.lease')
    .set({ holder: '', until_ms: 0n })
    .where('holder', '<>', '')
    .execute()
}

/** The head of the log comes behind the lease, as in every append: no circle of waiting can form. */
async function lockLease(
  transaction: Transaction<LedgerTables>,
  resource: string,
): Promise<LeaseState> {
  await transaction
    .insertInto('ledger.lease')
    .values({ resource, holder: '', epoch: 0n, until_ms: 0n })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await transaction
    .selectFrom('ledger.lease')
    .select(['holder', 'epoch', 'until_ms'])
    .where('resource', '=', resource)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined
    ? NO_LEASE
    : { holder: row.holder, epoch: row.epoch, untilMs: row.until_ms }
}

/** Read behind the lock: a time from before the wait could find a lease free that is not. */
async function nowInMs(transaction: Transaction<LedgerTables>, time: StoreTime): Promise<bigint> {
  const { rows } = await sql<{ now: bigint }>`select ${time()} / 1000 as now`.execute(transaction)
  return rows[0]?.now ?? 0n
}

async function keepLease(
  transaction: Transaction<LedgerTables>,
  resource: string,
  { holder, epoch, untilMs }: LeaseState,
): Promise<void> {
  await transaction
    .updateTable('ledger.lease')
    .set({ holder, epoch, until_ms: untilMs })
    .where('resource', '=', resource)
    .execute()
}

async function release(db: Kysely<LedgerTables>, resource: string, holder: string): Promise<void> {
  await db
    .updateTable('ledger.lease')
    .set({ holder: '', until_ms: 0n })
    .where('resource', '=', resource)
    .where('holder', '=', holder)
    .execute()
}

async function reach<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new LedgerUnavailable(what, error)
  }
}
