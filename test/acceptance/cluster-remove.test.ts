import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { eventually } from '../rig/plane/plane-api.ts'
import { openSandboxPlane, type SandboxPlane } from '../rig/plane/sandbox-plane.ts'
import { cli } from './ask-plane.ts'
import { application, configMap } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const MAP = '/api/v1/namespaces/default/configmaps/settings'
const FILES = {
  'clusters/test/app.yaml': application('app'),
  'apps/app/settings.yaml': configMap('settings', 'one'),
}

let opened: SandboxPlane | undefined
const there = (): SandboxPlane => {
  assert(opened !== undefined, 'the plane has started')
  return opened
}

beforeAll(async () => {
  opened = await openSandboxPlane('cluster-remove', FILES)
  await opened.up.api.ready(['app'], { ms: WAIT })
}, SLOW)
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
}, SLOW)

const remove = (...args: readonly string[]): ReturnType<typeof cli> =>
  cli('cluster', 'remove', ...args, '--data-dir', there().up.dataDir)

test('a cluster that is not there, and one without a reason, are refused by name', async () => {
  const unknown = await remove('tset', '--reason', 'typo')
  expect(unknown.text).toContain('there is no cluster tset; there are: test')
  expect(unknown.code).toBe(5)
  const mute = await remove('test')
  expect(mute.text).toContain("required option '--reason <text>'")
  expect(mute.code).toBe(2)
})

test(
  'a cluster that is still delivered to is not removed unless told so',
  async () => {
    const refused = await remove('test', '--reason', 'moved')
    expect(refused.text).toMatch(
      /1 applications? (?:is|are) still delivered to test: test\/flux-system\/app/u,
    )
    expect(refused.text).toContain('--with-applications')
    expect(refused.code).toBe(6)
    expect(await there().up.api.application('app')).toBeDefined()
  },
  SLOW,
)

test(
  'a cluster is removed with its reason, and nothing on it is changed, neither then nor later',
  async () => {
    const { up, cluster, fleet } = there()
    const after = await up.api.head()
    cluster.proxy.reset()
    const removed = await remove('test', '--with-applications', '--reason', 'handed over')
    expect(removed.text).toContain('test is no longer looked after; nothing on it was changed')
    expect(removed.text).toContain('left there as it is: test/flux-system/app')
    expect(removed.code).toBe(0)
    const told = await up.api.event('ClusterRemoved', { after, ms: WAIT })
    expect(told.body).toMatchObject({ cluster: 'test', reason: 'handed over' })
    await eventually(
      async () => ((await up.api.applications()).length === 0 ? undefined : 'applications'),
      { ms: WAIT, what: 'end of the applications' },
    )
    expect((await up.api.call('listClusters', {})).clusters).toEqual([])
    await cluster.edit(MAP, { data: { value: 'by hand' } })
    await fleet.push({ 'apps/app/settings.yaml': configMap('settings', 'two') })
    await up.poke(fleet.url)
    expect(await cluster.get(MAP)).toMatchObject({ data: { value: 'by hand' } })
    expect(cluster.proxy.writes()).toEqual([])
  },
  SLOW,
)

test(
  'registered again, it is taken over as it is: nothing is deleted, and releases count on',
  async () => {
    const { up, cluster, fleet } = there()
    const place = ['--context', 'test', '--repo', fleet.url, '--path', 'clusters/test']
    const added = await cli('cluster', 'add', 'test', ...place, '--data-dir', up.dataDir)
    expect(added.code, added.text).toBe(0)
    await up.api.ready(['app'], { ms: WAIT })
    expect(await cluster.get(MAP)).toMatchObject({ data: { value: 'two' } })
    expect((await up.api.application('app'))?.release).toBe(2n)
    expect(cluster.proxy.writes().filter(({ verb }) => verb === 'delete')).toEqual([])
  },
  SLOW,
)
