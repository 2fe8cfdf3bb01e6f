export { ledgerContract } from './ledger-contract.ts'
export { OneFault, type LedgerUnderTest } from './ledger-under-test.ts'
export { appendOf, newEvent, pushTo } from './new-event.ts'
export { logAfter, logEnd } from './read-all.ts'
