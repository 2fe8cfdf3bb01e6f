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
