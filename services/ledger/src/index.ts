export { openStore } from './adapters/open-store.ts'
export {
  readLedgerConfig,
  type LedgerConfig,
  type LogStreamConfig,
  type StoreConfig,
} from './config.ts'
export { startLedger, type Ledger, type LedgerParts } from './main.ts'
