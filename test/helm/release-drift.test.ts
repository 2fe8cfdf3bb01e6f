import { field, type JsonObject } from '@tidemark/manifests'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApplierRig } from '../rig/plane/applier-rig.ts'
import { color, find, map, NEVER, records, ReleaseWorlds } from './release-world.ts'

const MAP = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' }

let worlds: ReleaseWorlds
beforeAll(async () => {
  worlds = await ReleaseWorlds.open()
})
afterAll(() => worlds[Symbol.asyncDispose]())

async function released(rig: ApplierRig, driftDetection: JsonObject): Promise<void> {
  const release = { objects: [map('settings', 'green'), map('other', 'x')] }
  const wish = { number: 1, release, spec: { driftDetection } }
  await rig.finished('shop', await rig.apply('shop', wish))
}

async function set(rig: ApplierRig, key: string, value: string, name = 'settings'): Promise<void> {
  const operations = JSON.stringify([{ op: 'add', path: `/data/${key}`, value }])
  await rig.client.patch({ ref: { ...MAP, name }, operations }, { fieldManager: 'somebody' }, NEVER)
}

test('drift is put back where the HelmRelease asks for it, without an action of Helm', async () => {
  await using world = await worlds.world()
  const { rig } = world
  await released(rig, { mode: 'enabled' })
  await set(rig, 'color', 'red')
  await rig.until('the correction', async () => ((await color(rig)) === 'green' ? true : undefined))
  await rig.client.delete(MAP, {}, NEVER)
  await rig.until('it is back', async () => find(rig, 'ConfigMap', 'settings'))
  expect(await records(rig)).toEqual(['1 deployed Install complete'])
})

test('where it only warns, drift is told once, and left', async () => {
  await using world = await worlds.world()
  const { rig } = world
  await released(rig, { mode: 'warn' })
  await set(rig, 'color', 'red')
  const [told] = await rig.until('the drift', async () => {
    const all = await rig.eventsOf('shop', 'DriftDetected')
    return all.length > 0 ? all : undefined
  })
  expect(told?.objects).toMatchObject([
    { id: 'default_settings__ConfigMap', fields: ['data.color'], manager: 'somebody' },
  ])
  expect(await color(rig)).toBe('red')
  expect(await rig.eventsOf('shop', 'DriftDetected')).toHaveLength(1)
})

test('what is to be ignored is no drift, beside what is', async () => {
  await using world = await worlds.world()
  const { rig } = world
  const target = { kind: 'ConfigMap', name: 'sett.*' }
  await released(rig, { mode: 'enabled', ignore: [{ paths: ['/data/color'], target }] })
  await set(rig, 'color', 'red')
  // The rule does not fit this one: when it is back, the change before it was looked at too.
  await set(rig, 'color', 'red', 'other')
  await rig.until('the other is back', async () => {
    const other = await find(rig, 'ConfigMap', 'other')
    return field(other, 'data', 'color') === 'x' ? true : undefined
  })
  expect(await color(rig)).toBe('red')
})

test('without drift detection nothing is looked for', async () => {
  await using world = await worlds.world()
  const { rig } = world
  await released(rig, {})
  await set(rig, 'color', 'red')
  const release = { objects: [map('later', 'x')], name: 'later' }
  await rig.finished('later', await rig.apply('later', { number: 1, release }))
  expect(await rig.eventsOf('shop', 'DriftDetected')).toEqual([])
  expect(await color(rig)).toBe('red')
})
