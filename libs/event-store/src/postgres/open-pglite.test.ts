import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCOPE_ALL } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { ledgerContract, OneFault, type LedgerUnderTest } from '../testing/index.ts'
import { openPglite } from './open-pglite.ts'

ledgerContract('PGlite', openForTest)

async function openForTest(): Promise<LedgerUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
  const crashPoints = new OneFault()
  const ledger = await openPglite({ dataDir, clock: systemClock, crashPoints })
  return {
    clientFor: (writer, scope = SCOPE_ALL) => ledger.clientFor(writer, scope),
    secondClientFor: (writer) => ledger.clientFor(writer, SCOPE_ALL),
    passTime: (ms) => systemClock.sleep(ms),
    loseNextReply: () => crashPoints.next('append.after-commit'),
    failNextCommit: () => crashPoints.next('append.before-commit'),
    [Symbol.asyncDispose]: async () => {
      await ledger[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
