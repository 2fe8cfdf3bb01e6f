import type { Transaction } from 'kysely'
import type { CheckedAppend } from '../append/check-append.ts'
import { decideGroup, type AppendOutcome, type GroupState } from '../append/decide-group.ts'
import {
  knownCommands,
  lockCursors,
  lockHead,
  lockStreams,
  shareLeases,
  writeDecision,
} from './group-rows.ts'
import type { LedgerTables } from './schema.ts'
import type { StoreTime } from './store-time.ts'

type Open = Transaction<LedgerTables>

/** What a group wrote, so that its followers can be told. */
export interface WrittenGroup {
  readonly outcomes: readonly AppendOutcome[]
  readonly grown: boolean
}

/**
 * Appends a group in the transaction that is open. Rows are locked in one order for all (streams, cursors,
 * leases, each by name, and the head last), so two ledgers never wait for each other in a circle. The head is
 * held to the commit: the order of positions is the order of commits, and a rollback leaves no gap.
 */
export async function appendGroup(
  transaction: Open,
  appends: readonly CheckedAppend[],
  time: StoreTime,
): Promise<WrittenGroup> {
  const state = await lockState(transaction, appends, time)
  const decision = decideGroup(appends, state)
  await writeDecision(transaction, decision)
  return { outcomes: decision.outcomes, grown: decision.events.length > 0 }
}

async function lockState(
  transaction: Open,
  appends: readonly CheckedAppend[],
  time: StoreTime,
): Promise<GroupState> {
  const requests = appends.map(({ request }) => request)
  const streams = sorted(
    requests.flatMap(({ events, expected }) =>
      [...events, ...expected].map(({ stream }) => stream),
    ),
  )
  const cursors = sorted(
    requests.flatMap(({ cursor }) => (cursor === undefined ? [] : cursor.name)),
  )
  const leases = sorted(
    requests.flatMap(({ epoch }) => (epoch === undefined ? [] : epoch.resource)),
  )
  const versions = await lockStreams(transaction, streams)
  const positions = await lockCursors(transaction, cursors)
  const epochs = await shareLeases(transaction, leases)
  const { head, atUs } = await lockHead(transaction, time)
  // A row that did not exist could not be locked. Whoever makes one holds the head, so look again now.
  for (const [name, version] of await lockStreams(transaction, missing(streams, versions)))
    versions.set(name, version)
  for (const [name, position] of await lockCursors(transaction, missing(cursors, positions)))
    positions.set(name, position)
  const ids = sorted(requests.map(({ commandId }) => commandId).filter((id) => id !== ''))
  const commands = await knownCommands(transaction, ids)
  // An event id that was used before fails the insert; then the group is taken apart.
  return { head, atUs, commands, versions, cursors: positions, epochs, hasEvent: () => false }
}

/** Byte order, as the collation of the columns has it: the order of locking is the same everywhere. */
function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  )
}

function missing(names: readonly string[], found: ReadonlyMap<string, bigint>): readonly string[] {
  return names.filter((name) => !found.has(name))
}
