import { afterAll, assert, beforeAll, describe } from 'vitest'
import { appendContract } from './append-contract.ts'
import { leaseContract } from './lease-contract.ts'
import type { LedgerUnderTest } from './ledger-under-test.ts'
import { logContract } from './log-contract.ts'
import { parkingContract } from './parking-contract.ts'

/** The suite that every adapter of the ledger passes. One store is opened for all of it. */
export function ledgerContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger on ${name}`, () => {
    let ledger: LedgerUnderTest | undefined
    const opened = (): LedgerUnderTest => {
      assert(ledger !== undefined, 'the ledger is open')
      return ledger
    }
    beforeAll(async () => {
      ledger = await open()
    })
    afterAll(async () => {
      await ledger?.[Symbol.asyncDispose]()
    })

    describe('append', () => {
      appendContract(opened)
    })
    describe('leases', () => {
      leaseContract(opened)
    })
    describe('parking', () => {
      parkingContract(opened)
    })
    describe('the log', () => {
      logContract(opened)
    })
  })
}
