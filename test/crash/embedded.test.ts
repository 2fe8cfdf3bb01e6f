import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { CRASH_POINTS, CrashRig, seededWishes } from '../rig/plane/crash-rig.ts'

const SEEDED = 4
const CRASH_MS = 180_000 // Two starts and a push; nothing waits for it to pass.

describe('killed at every named place, each time in the recovery from the kill before', () => {
  let opened: CrashRig | undefined
  const rig = (): CrashRig => {
    assert(opened !== undefined, 'the rig is open')
    return opened
  }
  beforeAll(async () => {
    opened = await CrashRig.open()
  }, CRASH_MS)
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]()
  }, CRASH_MS)

  test(
    'it works before any of it',
    async () => {
      expect(await rig().verify()).toEqual([])
    },
    CRASH_MS,
  )

  test.each(CRASH_POINTS)(
    'it dies at %s',
    async (point) => {
      expect(await rig().crash({ point, count: 1 })).toMatch(/^killed/u)
    },
    CRASH_MS,
  )

  test(
    'then nothing is lost, nothing took effect twice, nothing is left over, and it comes to rest',
    async () => {
      expect(await rig().verify()).toEqual([])
    },
    CRASH_MS,
  )

  test(
    'and so it is after a few kills at seeded places, of which npm run soak -- crash does thousands',
    async () => {
      for (const wish of seededWishes(1, SEEDED)) await rig().crash(wish)
      expect(await rig().verify()).toEqual([])
    },
    CRASH_MS * 2,
  )
})
