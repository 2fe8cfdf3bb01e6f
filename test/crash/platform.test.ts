import { expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { planOf, PlatformCrashRig } from '../rig/plane/platform-crash-rig.ts'
import { PLATFORM_COMPONENTS } from '../rig/plane/platform-fleet.ts'

const SEED = 3
const EACH = 2 // Of each service; `npm run soak -- crash --form platform` does many.

describeWith(PLATFORM_COMPONENTS, 'kill -9 in the platform form', () => {
  test('each service dies where it hurts, twice, under load: nothing lost, nothing twice, nothing left over', async () => {
    await using rig = await PlatformCrashRig.open()
    const { reached } = await rig.crash(planOf(SEED, EACH, 1))
    expect(await rig.verify()).toEqual([])
    expect(reached.length).toBeGreaterThanOrEqual(EACH * 4)
  }, 400_000)
})
