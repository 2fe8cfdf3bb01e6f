import { ApplyOutcome } from '@tidemark/contracts'
import type { CrashPoints } from '@tidemark/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  actions,
  color,
  definition,
  find,
  hook,
  map,
  records,
  ReleaseWorlds,
} from '../helm/release-world.ts'
import type { ApplierRig, RigApply, RigRelease } from '../rig/plane/applier-rig.ts'

/** Every place at which an action of Helm may be killed. */
const POINTS = [
  'applier.action-started',
  'applier.definitions-written',
  'applier.release-recorded',
  'applier.hook-created',
  'applier.hook-recorded',
  'applier.hook-ended',
  'applier.intent-recorded',
  'applier.object-written',
  'applier.applied',
  'applier.written',
  'applier.objects-recorded',
  'applier.action-recorded',
  'applier.outcome-recorded',
]

/** Kills at a named place: from then on nothing goes past any place, until it is started again. */
class Killer implements CrashPoints {
  #wish: string | undefined
  isDead = false

  wish(point: string): void {
    this.#wish = point
  }

  revive(): void {
    this.isDead = false
    this.#wish = undefined
  }

  at(name: string): void {
    if (name === this.#wish) this.isDead = true
    if (this.isDead) throw new Error(`killed at ${name}`)
  }
}

let worlds: ReleaseWorlds
beforeAll(async () => {
  worlds = await ReleaseWorlds.open()
})
afterAll(() => worlds[Symbol.asyncDispose]())

/** Asks for it, is killed on the way, starts again, and sees the end. */
async function survive(
  rig: ApplierRig,
  killer: Killer,
  { point, wish }: { readonly point: string; readonly wish: RigApply },
): Promise<boolean> {
  killer.wish(point)
  const apply = await rig.apply('shop', wish)
  const ended = async (): Promise<boolean | undefined> =>
    killer.isDead ||
    (await rig.eventsOf('shop', 'ApplyFinished')).some((one) => one.apply === apply)
      ? true
      : undefined
  await rig.until('a kill, or the end', ended)
  const isKilled = killer.isDead
  await rig.stop()
  killer.revive()
  rig.start()
  const finished = await rig.finished('shop', apply)
  expect(finished).toMatchObject({ outcome: ApplyOutcome.APPLY_OUTCOME_APPLIED, message: '' })
  return isKilled
}

test.each(POINTS)(
  'killed at %s, an install, an upgrade and a removal each come to the same end, and no hook runs twice',
  async (point) => {
    const killer = new Killer()
    await using world = await worlds.world(killer)
    const { rig, jobs } = world
    const spec = { upgrade: { crds: 'CreateReplace' } }
    const wishes = [
      { number: 1, release: release('green', ['old']), spec },
      { number: 2, release: release('blue', ['new']), spec },
    ]
    let kills = 0
    for (const wish of wishes) if (await survive(rig, killer, { point, wish })) kills += 1
    expect(await color(rig)).toBe('blue')
    expect(await find(rig, 'ConfigMap', 'old')).toBeUndefined()
    expect(await find(rig, 'ConfigMap', 'new')).toBeDefined()
    expect(jobs.ran).toEqual(['before', 'after', 'before', 'after'])
    expect(await records(rig)).toEqual([
      '1 superseded Install complete',
      '2 deployed Upgrade complete',
    ])
    const gone = { number: 0, release: undefined, spec }
    if (await survive(rig, killer, { point, wish: gone })) kills += 1
    expect(jobs.ran).toEqual(['before', 'after', 'before', 'after', 'before', 'after'])
    expect(await find(rig, 'ConfigMap', 'settings')).toBeUndefined()
    expect(await records(rig)).toEqual([])
    expect(await actions(rig)).toEqual([
      'Started INSTALL v1',
      'Finished INSTALL SUCCEEDED',
      'Started UPGRADE v2',
      'Finished UPGRADE SUCCEEDED',
      'Started UNINSTALL v2',
      'Finished UNINSTALL SUCCEEDED',
    ])
    expect(kills).toBeGreaterThanOrEqual(2)
  },
)

function release(value: string, more: readonly string[]): RigRelease {
  return {
    objects: [map('settings', value), ...more.map((name) => map(name, 'x'))],
    hooks: [
      hook('before', ['pre-install', 'pre-upgrade', 'pre-delete']),
      hook('after', ['post-install', 'post-upgrade', 'post-delete']),
    ],
    definitions: [definition(value)],
  }
}
