import { LedgerUnavailable, MemoryLedger } from '@tidemark/event-store'
import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { whileHolding } from './lease-keeper.ts'
import { silentLogger } from './logger.ts'

const RESOURCE = 'releaser-0'

/** Two copies of a service, on one ledger and one clock that moves by hand. */
function rig(): {
  readonly clock: VirtualClock
  readonly ledger: MemoryLedger
  readonly copy: (holder: string) => {
    readonly epochs: bigint[]
    readonly ended: () => number
    readonly stop: () => Promise<void>
  }
} {
  const clock = new VirtualClock()
  const ledger = new MemoryLedger({ clock })
  return {
    clock,
    ledger,
    copy: (holder) => {
      const epochs: bigint[] = []
      let ended = 0
      const stopping = new AbortController()
      const { leases } = ledger.clientFor('releaser', '_')
      const running = whileHolding(
        { leases, clock, log: silentLogger, holder },
        RESOURCE,
        async (epoch, signal) => {
          epochs.push(epoch)
          await new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => resolve(), { once: true })
          })
          ended += 1
        },
        stopping.signal,
      )
      return {
        epochs,
        ended: () => ended,
        stop: async () => {
          stopping.abort()
          await running
        },
      }
    },
  }
}

test('one copy works, the other waits, and goes on when the first ends', async () => {
  const { clock, copy } = rig()
  const first = copy('one')
  await clock.advance(10)
  const second = copy('two')
  await clock.advance(60_000)
  expect([first.epochs, second.epochs]).toEqual([[1n], []])
  await first.stop()
  await clock.advance(10_000)
  expect(second.epochs).toEqual([2n])
  await second.stop()
})

/** Answers nothing until it is given up. */
const silent = (_: unknown, signal?: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new LedgerUnavailable('release', signal.reason)))
  })

test('a ledger that does not answer when a lease is given back holds up the end for two seconds', async () => {
  const clock = new VirtualClock()
  const { leases } = new MemoryLedger({ clock }).clientFor('releaser', '_')
  const stopping = new AbortController()
  let hasEnded = false
  const running = whileHolding(
    { clock, log: silentLogger, holder: 'one', leases: { ...leases, release: silent } },
    RESOURCE,
    () => Promise.resolve(),
    stopping.signal,
  ).finally(() => {
    hasEnded = true
  })
  await clock.advance(100)
  stopping.abort()
  await clock.advance(1_000)
  expect(hasEnded).toBe(false)
  await clock.advance(1_000)
  await running
})

test('a holder that the ledger no longer answers stops before anybody else may begin', async () => {
  const clock = new VirtualClock()
  const ledger = new MemoryLedger({ clock })
  const { leases } = ledger.clientFor('releaser', '_')
  let isAway = false
  let isWorking = false
  const stopping = new AbortController()
  const running = whileHolding(
    {
      clock,
      log: silentLogger,
      holder: 'one',
      leases: {
        acquire: async (wish, signal) => {
          if (isAway) throw new LedgerUnavailable('renew', new Error('gone'))
          return await leases.acquire(wish, signal)
        },
        release: (wish) => leases.release(wish),
      },
    },
    RESOURCE,
    async (_, signal) => {
      isWorking = true
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      isWorking = false
    },
    stopping.signal,
  )
  await clock.advance(100)
  expect(isWorking).toBe(true)
  isAway = true
  await clock.advance(12_000)
  expect(isWorking).toBe(false)
  stopping.abort()
  await clock.advance(10_000)
  await running
})
