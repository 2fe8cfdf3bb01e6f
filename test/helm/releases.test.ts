import { ApplyOutcome, RolloutCause } from '@tidemark/contracts'
import { field } from '@tidemark/manifests'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RigRelease } from '../rig/plane/applier-rig.ts'
import {
  actions,
  color,
  definition,
  find,
  hook,
  install,
  map,
  NEVER,
  records,
  ReleaseWorlds,
  story,
} from './release-world.ts'

let worlds: ReleaseWorlds
beforeAll(async () => {
  worlds = await ReleaseWorlds.open()
})
afterAll(() => worlds[Symbol.asyncDispose]())

test('an install runs its hooks one after the other, around the objects, and is recorded for helm', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const release: RigRelease = {
    objects: [map('settings', 'green')],
    hooks: [
      hook('last', ['post-install']),
      hook('second', ['pre-install'], { weight: 2 }),
      hook('first', ['pre-install'], { weight: -1, deletePolicies: ['hook-succeeded'] }),
      hook('other', ['pre-upgrade']),
    ],
  }
  const finished = await rig.finished('shop', await rig.apply('shop', { number: 1, release }))
  const outcome = ApplyOutcome.APPLY_OUTCOME_APPLIED
  expect(finished).toMatchObject({ outcome, counts: { created: 1 } })
  expect(jobs.ran).toEqual(['first', 'second', 'last'])
  expect(await story(rig)).toEqual([
    'HelmActionStarted INSTALL v1',
    'HookStarted pre-install first',
    'HookFinished pre-install first SUCCEEDED',
    'HookStarted pre-install second',
    'HookFinished pre-install second SUCCEEDED',
    'ApplyStarted',
    'HelmObjectsWritten',
    'HookStarted post-install last',
    'HookFinished post-install last SUCCEEDED',
    'HelmActionFinished INSTALL SUCCEEDED',
    'ApplyFinished',
    'HealthChanged',
  ])
  expect(await find(rig, 'Job', 'first')).toBeUndefined()
  expect(await find(rig, 'Job', 'second')).toBeDefined()
  expect(await records(rig)).toEqual(['1 deployed Install complete'])
  expect(field(await find(rig, 'ConfigMap', 'settings'), 'metadata')).toMatchObject({
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'shop' },
  })
})

test('an upgrade deletes what the release has no longer, and supersedes the record before it', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const hooks = [hook('migrate', ['pre-install', 'pre-upgrade'])]
  await install(rig, { objects: [map('settings', 'green'), map('gone', 'x')], hooks })
  await install(rig, { objects: [map('settings', 'blue')], hooks }, 2)
  expect(jobs.ran).toEqual(['migrate', 'migrate'])
  expect(await find(rig, 'ConfigMap', 'gone')).toBeUndefined()
  expect(await color(rig)).toBe('blue')
  expect(await records(rig)).toEqual([
    '1 superseded Install complete',
    '2 deployed Upgrade complete',
  ])
})

test('of the records as many stay as the HelmRelease says', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const spec = { maxHistory: 2 }
  for (const number of [1, 2, 3, 4]) {
    const release = { objects: [map('settings', String(number))] }
    await rig.finished('shop', await rig.apply('shop', { number, release, spec }))
  }
  expect(await records(rig)).toEqual([
    '3 superseded Upgrade complete',
    '4 deployed Upgrade complete',
  ])
})

test('a removal runs the hooks of what is installed, keeps what asks to be kept, and leaves no record', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  await install(rig, {
    objects: [map('settings', 'x'), map('data', 'x', { 'helm.sh/resource-policy': 'keep' })],
    hooks: [hook('before', ['pre-delete']), hook('after', ['post-delete'])],
  })
  const wish = { number: 0, release: undefined }
  const gone = await rig.finished('shop', await rig.apply('shop', wish))
  expect(gone.outcome).toBe(ApplyOutcome.APPLY_OUTCOME_APPLIED)
  expect(jobs.ran).toEqual(['before', 'after'])
  expect(await find(rig, 'ConfigMap', 'settings')).toBeUndefined()
  expect(await find(rig, 'ConfigMap', 'data')).toBeDefined()
  expect(await records(rig)).toEqual([])
})

test('with keepHistory the records stay, and an install after it goes on from them', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const spec = { uninstall: { keepHistory: true } }
  await install(rig, { objects: [map('settings', 'x')] })
  await rig.finished('shop', await rig.apply('shop', { number: 0, release: undefined, spec }))
  expect(await records(rig)).toEqual(['1 uninstalled Uninstallation complete'])
  await install(rig, { objects: [map('settings', 'y')] }, 2)
  expect((await records(rig)).at(-1)).toBe('2 deployed Install complete')
})

test('definitions come first and by their policy, and are not deleted with the release', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
  const name = 'widgets.example.com'
  const singular = async (): Promise<unknown> =>
    field(await find(rig, 'CustomResourceDefinition', name), 'spec', 'names', 'singular')
  await install(rig, { objects: [widget], definitions: [definition('first')] })
  expect(await singular()).toBe('first')
  const second = { objects: [widget], definitions: [definition('second')] }
  await install(rig, second, 2)
  expect(await singular()).toBe('first')
  const third = { ...second, objects: [widget, map('more', 'x')] }
  const spec = { upgrade: { crds: 'CreateReplace' } }
  await rig.finished('shop', await rig.apply('shop', { number: 3, release: third, spec }))
  expect(await singular()).toBe('second')
  await rig.finished('shop', await rig.apply('shop', { number: 0, release: undefined }))
  expect(await singular()).toBe('second')
})

test('a rollback by a person brings the older bytes, with their rollback hooks', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const first = { objects: [map('settings', 'green')], hooks: [hook('undo', ['post-rollback'])] }
  await install(rig, first)
  await install(rig, { objects: [map('settings', 'blue')] }, 2)
  const back = { number: 1, release: first, cause: RolloutCause.ROLLOUT_CAUSE_ROLLBACK }
  await rig.finished('shop', await rig.apply('shop', back))
  expect(jobs.ran).toEqual(['undo'])
  expect(await color(rig)).toBe('green')
  expect((await records(rig)).at(-1)).toBe('3 deployed Rollback complete')
})

test('what is installed already is left alone: no hook, no revision, only what is missing comes back', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const spec = { driftDetection: { mode: 'disabled' } }
  const release = { objects: [map('settings', 'x')], hooks: [hook('migrate', ['post-upgrade'])] }
  await rig.finished('shop', await rig.apply('shop', { number: 1, release, spec }))
  await rig.client.delete(MAP, {}, NEVER)
  const again = { number: 1, release, spec, cause: RolloutCause.ROLLOUT_CAUSE_RECONCILE }
  await rig.finished('shop', await rig.apply('shop', again))
  expect(await color(rig)).toBe('x')
  expect(jobs.ran).toEqual([])
  expect(await records(rig)).toEqual(['1 deployed Install complete'])
})

test('with another name the release is uninstalled, and installed anew', async () => {
  await using world = await worlds.world()
  const { rig, jobs } = world
  const hooks = [hook('bye', ['post-delete'])]
  await install(rig, { objects: [map('settings', 'x')], hooks, name: 'before' })
  await install(rig, { objects: [map('settings', 'x')] }, 2)
  expect(jobs.ran).toEqual(['bye'])
  expect((await actions(rig)).filter((line) => line.startsWith('Started'))).toEqual([
    'Started INSTALL v1',
    'Started UNINSTALL v1',
    'Started INSTALL v1',
  ])
  expect(await find(rig, 'ConfigMap', 'settings')).toMatchObject({
    metadata: { annotations: { 'meta.helm.sh/release-name': 'shop' } },
  })
})

test('an object of somebody else is taken over, or refused where that is switched off', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const theirs = {
    ...map('settings', 'theirs'),
    metadata: { name: 'settings', namespace: 'default' },
  }
  await rig.client.create({ ref: MAP, body: JSON.stringify(theirs) }, NEVER)
  const release = { objects: [map('settings', 'x')] }
  const spec = { install: { disableTakeOwnership: true } }
  const refused = await rig.finished('shop', await rig.apply('shop', { number: 1, release, spec }))
  expect(refused.message).toContain(
    'ConfigMap/default/settings is there, and is not of the release default/shop',
  )
  expect(await color(rig)).toBe('theirs')
  await install(rig, release, 2)
  expect(await color(rig)).toBe('x')
})

const MAP = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' }
