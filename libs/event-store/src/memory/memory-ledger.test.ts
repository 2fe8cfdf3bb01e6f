import { SCOPE_ALL } from '@tidemark/contracts'
import { VirtualClock } from '@tidemark/kernel/testing'
import { ledgerContract, OneFault, type LedgerUnderTest } from '../testing/index.ts'
import { MemoryLedger } from './memory-ledger.ts'

ledgerContract('memory', () => Promise.resolve(openMemory()))

function openMemory(): LedgerUnderTest {
  const clock = new VirtualClock()
  const faults = new OneFault()
  const ledger = new MemoryLedger({ clock, faults })
  return {
    clientFor: (writer, scope = SCOPE_ALL) => ledger.clientFor(writer, scope),
    secondClientFor: (writer) => ledger.clientFor(writer, SCOPE_ALL),
    passTime: (ms) => clock.advance(ms),
    loseNextReply: () => faults.next('append.after-commit'),
    failNextCommit: () => faults.next('append.before-commit'),
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  }
}
