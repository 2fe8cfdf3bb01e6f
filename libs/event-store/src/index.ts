export { APPEND_BYTES_MAX, APPEND_EVENTS_MAX } from './append/check-append.ts'
export { CommitPace } from './append/commit-pace.ts'
export { load, type Decider, type Loaded } from './decider.ts'
export {
  CommandReused,
  CursorMoved,
  InvalidAppend,
  LedgerUnavailable,
  LogForked,
  NotAllowed,
  StaleEpoch,
  WrongVersion,
} from './errors.ts'
export type {
  EventStore,
  LeaseWish,
  Leases,
  LedgerClient,
  LogPage,
  Parking,
} from './event-store.ts'
export type { LedgerStore, LogHead, LogSource } from './ledger-store.ts'
export { MemoryLedger } from './memory/memory-ledger.ts'
export type { MemoryLedgerOptions, StoreFaults } from './memory/store-faults.ts'
export { EVENT_BYTES_MAX, PAGE_BYTES_MAX } from './page.ts'
export { PARK_TRIES } from './parking/check-parking.ts'
export {
  DirectoryInUse,
  MigrationRefused,
  UnfitDatabase,
  WrongDatabaseVersion,
} from './postgres/open-errors.ts'
export { openPglite, type PgliteOptions } from './pglite/open-pglite.ts'
export { openPostgres, type PostgresOptions } from './postgres/open-postgres.ts'
export { blobsOverBus, ledgerOverBus, type LedgerOverBusOptions } from './bus/ledger-over-bus.ts'
export { serveLedger } from './bus/serve-ledger.ts'
export { ChainCheck } from './reader/chain-check.ts'
export { LogReader } from './reader/log-reader.ts'
export { runRelay, type RelayOptions, type RelayReport } from './relay/relay.ts'
export type { SqlLedger } from './postgres/sql-ledger.ts'
