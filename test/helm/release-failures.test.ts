import { ApplyOutcome, RolloutCause } from '@tidemark/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  actions,
  color,
  endJob,
  find,
  hook,
  install,
  map,
  records,
  ReleaseWorlds,
  story,
} from './release-world.ts'

const { APPLY_OUTCOME_APPLIED, APPLY_OUTCOME_FAILED } = ApplyOutcome
const OTHERS = 40 // More than are worked on at once.

let worlds: ReleaseWorlds
beforeAll(async () => {
  worlds = await ReleaseWorlds.open()
})
afterAll(() => worlds[Symbol.asyncDispose]())

test('an upgrade whose hook fails stays failed without retries, and a retry of it does nothing', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  await install(rig, { objects: [map('settings', 'green')] })
  const hooks = [
    hook('fine', ['pre-upgrade'], { weight: -1, deletePolicies: ['hook-succeeded'] }),
    hook('broken', ['pre-upgrade'], { outcome: 'fail', deletePolicies: ['hook-failed'] }),
    hook('never', ['pre-upgrade'], { weight: 1 }),
  ]
  const wish = { number: 2, release: { objects: [map('settings', 'blue')], hooks } }
  const finished = await rig.finished('shop', await rig.apply('shop', wish))
  expect(finished.outcome).toBe(APPLY_OUTCOME_FAILED)
  expect(finished.message).toContain('the pre-upgrade hook Job/default/broken failed: ')
  expect(finished.message).toContain('the test says so')
  expect(jobs.ran).toEqual(['fine', 'broken'])
  expect(await find(rig, 'Job', 'fine')).toBeUndefined()
  expect(await find(rig, 'Job', 'broken')).toBeUndefined()
  expect(await color(rig)).toBe('green')
  expect(await records(rig)).toEqual([
    '1 deployed Install complete',
    expect.stringContaining('2 failed Upgrade "shop" failed: the pre-upgrade hook'),
  ])
  const again = { ...wish, cause: RolloutCause.ROLLOUT_CAUSE_RETRY }
  const stalled = await rig.finished('shop', await rig.apply('shop', again))
  expect(stalled.message).toContain('no more retries after 1 failed attempt to upgrade')
  expect(jobs.ran).toHaveLength(2)
})

test('with RetryOnFailure nothing is undone, and a retry upgrades again', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  await install(rig, { objects: [map('settings', 'green')] })
  const hooks = [hook('broken', ['post-upgrade'], { outcome: 'fail' })]
  const spec = { upgrade: { strategy: { name: 'RetryOnFailure' } } }
  const wish = { number: 2, release: { objects: [map('settings', 'blue')], hooks }, spec }
  await rig.finished('shop', await rig.apply('shop', wish))
  expect(await color(rig)).toBe('blue')
  const again = { ...wish, cause: RolloutCause.ROLLOUT_CAUSE_RETRY }
  await rig.finished('shop', await rig.apply('shop', again))
  expect(jobs.ran).toEqual(['broken', 'broken'])
})

test('a failed upgrade is put back to the release before, with its rollback hooks, and tried again', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const hooks = [hook('undo', ['pre-rollback'])]
  await install(rig, { objects: [map('settings', 'green'), map('old', 'x')], hooks })
  const broken = [hook('broken', ['post-upgrade'], { outcome: 'fail' })]
  const release = { objects: [map('settings', 'blue')], hooks: broken }
  const spec = { upgrade: { remediation: { retries: 1 } } }
  const finished = await rig.finished('shop', await rig.apply('shop', { number: 2, release, spec }))
  expect(finished.outcome).toBe(APPLY_OUTCOME_FAILED)
  expect(finished.message).toContain('no more retries after 2 failed attempts to upgrade')
  expect(finished.message).toContain('Job/default/broken failed')
  expect(jobs.ran).toEqual(['broken', 'undo', 'broken', 'undo'])
  expect((await actions(rig)).slice(2)).toEqual([
    'Started UPGRADE v2',
    'Finished UPGRADE FAILED',
    'Started ROLLBACK v3',
    'Finished ROLLBACK SUCCEEDED',
    'Started UPGRADE v4',
    'Finished UPGRADE FAILED',
    'Started ROLLBACK v5',
    'Finished ROLLBACK SUCCEEDED',
  ])
  expect(await color(rig)).toBe('green')
  expect(await find(rig, 'ConfigMap', 'old')).toBeDefined()
  expect((await records(rig)).at(-1)).toBe('5 deployed Rollback complete')
})

test('a failed install is uninstalled and tried again; what is released then counts anew', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const hooks = [hook('broken', ['post-install'], { outcome: 'fail' })]
  const release = { objects: [map('settings', 'green')], hooks }
  const spec = { install: { remediation: { retries: 1, remediateLastFailure: true } } }
  const finished = await rig.finished('shop', await rig.apply('shop', { number: 1, release, spec }))
  expect(finished.message).toContain('no more retries after 2 failed attempts to install')
  expect(jobs.ran).toEqual(['broken', 'broken'])
  expect(await find(rig, 'ConfigMap', 'settings')).toBeUndefined()
  expect(await records(rig)).toEqual([])
  await install(rig, { objects: [map('settings', 'blue')] }, 2)
  expect(await records(rig)).toEqual(['1 deployed Install complete'])
})

test('a hook that waits holds nobody up; what is asked for meanwhile follows when it has ended', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const hooks = [hook('slow', ['pre-install'], { outcome: 'hang' })]
  const first = await rig.apply('shop', { number: 1, release: { objects: [map('a', 'x')], hooks } })
  await rig.until('the hook', async () => (jobs.ran.includes('slow') ? true : undefined))
  const others = Array.from({ length: OTHERS }, async (_, index) => {
    const release = { objects: [map(`o${index}`, 'x')], name: `o${index}` }
    return rig.finished(`o${index}`, await rig.apply(`o${index}`, { number: 1, release }))
  })
  await Promise.all(others)
  const second = await rig.apply('shop', { number: 2, release: { objects: [map('b', 'x')] } })
  expect(await rig.eventsOf('shop', 'HookFinished')).toEqual([])
  await endJob(rig, 'slow')
  const finished = await rig.finished('shop', second)
  expect(finished.outcome).toBe(APPLY_OUTCOME_APPLIED)
  expect(await find(rig, 'ConfigMap', 'a')).toBeUndefined()
  expect(await find(rig, 'ConfigMap', 'b')).toBeDefined()
  const ended = await rig.eventsOf('shop', 'ApplyFinished')
  expect(ended.map(({ apply }) => apply)).not.toContain(first)
  expect(await actions(rig)).toContain('Finished INSTALL SUPERSEDED')
})

test('a hook that has no time left has failed; the timeout is that of the action', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const hooks = [hook('slow', ['pre-install'], { outcome: 'hang' })]
  const wish = { number: 1, release: { objects: [], hooks }, spec: { install: { timeout: '1s' } } }
  const finished = await rig.finished('shop', await rig.apply('shop', wish))
  expect(finished.message).toContain('Job/default/slow failed: not done after 1 s')
  expect(await story(rig)).toContain('HookFinished pre-install slow TIMED_OUT')
})

test('tests run behind the release; one that fails fails it, unless that is to be ignored', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const hooks = [
    hook('good', ['test']),
    hook('skipped', ['test']),
    hook('bad', ['test'], { weight: 1, outcome: 'fail' }),
  ]
  const filters = [{ name: 'skipped', exclude: true }]
  const release = { objects: [map('settings', 'x')], hooks }
  const spec = { test: { enable: true, filters } }
  const failedTest = await rig.finished(
    'shop',
    await rig.apply('shop', { number: 1, release, spec }),
  )
  expect(failedTest.message).toContain('the test hook Job/default/bad failed')
  expect(jobs.ran).toEqual(['good', 'bad'])
  expect(await records(rig)).toEqual(['1 deployed Install complete'])
  const ignoring = { test: { enable: true, filters, ignoreFailures: true } }
  const other = { ...release, objects: [map('settings', 'y')] }
  const wish = { number: 2, release: other, spec: ignoring }
  const finished = await rig.finished('shop', await rig.apply('shop', wish))
  expect(finished.outcome).toBe(APPLY_OUTCOME_APPLIED)
})

test('objects that do not become ready in time are a failure, and disableWait does not wait for them', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'never' },
    spec: { containers: [{ name: 'main', image: 'busybox' }] },
  }
  const release = { objects: [pod] }
  const timeout = { install: { timeout: '1s' } }
  const late = await rig.finished(
    'shop',
    await rig.apply('shop', { number: 1, release, spec: timeout }),
  )
  expect(late.message).toContain('not ready in time: Pod/default/never')
  const other = { objects: [pod, map('settings', 'x')] }
  const spec = { upgrade: { disableWait: true, timeout: '1s' } }
  const finished = await rig.finished(
    'shop',
    await rig.apply('shop', { number: 2, release: other, spec }),
  )
  expect(finished.outcome).toBe(APPLY_OUTCOME_APPLIED)
})
