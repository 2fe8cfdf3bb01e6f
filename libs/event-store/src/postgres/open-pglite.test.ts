import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCOPE_ALL } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { ledgerContract, OneFault, type LedgerUnderTest } from '../testing/index.ts'
import { openPglite } from './open-pglite.ts'

ledgerContract('PGlite', openForTest)

test('blobs of any size are kept in the same database', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
  const name = 'ab'.repeat(32)
  const bytes = new Uint8Array(randomBytes(700_000))
  {
    await using ledger = await openPglite({ dataDir, clock: systemClock })
    await ledger.blobs.write([{ name, bytes }])
  }
  {
    await using ledger = await openPglite({ dataDir, clock: systemClock })
    const read = await ledger.blobs.read(name)
    expect(Buffer.compare(read ?? new Uint8Array(), bytes)).toBe(0)
    expect(await ledger.blobs.has('cd'.repeat(32))).toBe(false)
  }
  rmSync(dataDir, { recursive: true, force: true })
})

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
