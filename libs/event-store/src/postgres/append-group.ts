import type { Transaction } from 'kysely'
import type { CheckedAppend } from '../append/check-append.ts'
import { decideGroup, type GroupDecision } from '../append/decide-group.ts'
import {
  knownCommands,
  lockCursors,
  lockHead,
  shareLeases,
  versionsOf,
  writeDecision,
} from './group-rows.ts'
import type { LedgerTables } from './schema.ts'

/**
 * Appends a group in the transaction that is open. Rows are locked in one order for all (cursors, leases, each
 * by name, and the head last), so two ledgers never wait for each other in a circle. The head is held to the
 * commit: the order of positions is the order of commits, a rollback leaves no gap, and what is read behind the
 * lock (versions, commands) nobody else changes. Versions need no rows of their own: the unique index over stream
 * and version is where they are read, and what holds them.
 */
export async function appendGroup(
  transaction: Transaction<LedgerTables>,
  appends: readonly CheckedAppend[],
  atUs: bigint,
): Promise<GroupDecision> {
  const requests = appends.map(({ request }) => request)
  const names = sorted(requests.flatMap(({ cursor }) => (cursor === undefined ? [] : cursor.name)))
  const resources = requests.flatMap(({ epoch }) => (epoch === undefined ? [] : epoch.resource))
  const cursors = await lockCursors(transaction, names)
  const epochs = await shareLeases(transaction, sorted(resources))
  const head = await lockHead(transaction)
  // A cursor that did not exist could not be locked. Whoever makes one holds the head, so look again now.
  const unseen = names.filter((name) => !cursors.has(name))
  for (const [name, position] of await lockCursors(transaction, unseen)) cursors.set(name, position)
  const streams = requests.flatMap(({ events, expected }) =>
    [...events, ...expected].map(({ stream }) => stream),
  )
  const versions = await versionsOf(transaction, [...new Set(streams)])
  const ids = requests.map(({ commandId }) => commandId).filter((id) => id !== '')
  const commands = await knownCommands(transaction, ids)
  // An event id that was used before fails the insert; then the group is taken apart.
  const state = { head, atUs, commands, versions, cursors, epochs, hasEvent: () => false }
  const decision = decideGroup(appends, state)
  await writeDecision(transaction, decision)
  return decision
}

/** Byte order, as the collation of the columns has it: the order of locking is the same everywhere. */
function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  )
}
