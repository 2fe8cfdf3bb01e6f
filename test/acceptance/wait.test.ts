import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { openSandboxPlane, type SandboxPlane } from '../rig/plane/sandbox-plane.ts'
import { cli } from './ask-plane.ts'
import { application, configMap } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const MAP = '/api/v1/namespaces/default/configmaps/settings'
const SETTINGS = 'apps/app/settings.yaml'

let opened: SandboxPlane | undefined
const there = (): SandboxPlane => {
  assert(opened !== undefined, 'the plane has started')
  return opened
}

beforeAll(async () => {
  opened = await openSandboxPlane('wait', {
    'clusters/test/app.yaml': application('app', '  wait: true\n'),
    [SETTINGS]: configMap('settings', 'one'),
  })
  const { up, fleet } = opened
  await up.api.ready(['app'], { ms: WAIT })
  const commit = await fleet.push({ [SETTINGS]: configMap('settings', 'two') })
  await up.poke(fleet.url)
  await up.api.ready(['app'], { commit, ms: WAIT })
}, SLOW)
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
}, SLOW)

const ask = (...args: readonly string[]): ReturnType<typeof cli> =>
  cli(...args, '--data-dir', there().up.dataDir)
const value = async (): Promise<unknown> =>
  Reflect.get(Object((await there().cluster.get(MAP))?.['data']), 'value')

test(
  'a rollback that waits ends when the cluster has the release, and so does its lifting',
  async () => {
    const back = await ask('rollback', 'app', '--to', '1', '--reason', 'slow', '--wait')
    expect(back.code, back.text).toBe(0)
    expect(await value()).toBe('one')
    const on = await ask('rollback', 'app', '--lift', '--wait')
    expect(on.code, on.text).toBe(0)
    expect(await value()).toBe('two')
  },
  SLOW,
)

test(
  'a reconciliation that waits ends when it is done, and says so when that is not in time',
  async () => {
    await there().cluster.edit(MAP, { data: { more: 'by hand' } })
    const done = await ask('reconcile', 'app', '--wait')
    expect(done.code, done.text).toBe(0)
    const source = await ask('reconcile', 'app', '--with-source', '--wait')
    expect(source.text).toContain('tidemark wait NAME --commit ID')
    expect(source.code).toBe(2)
    const { fleet, up } = there()
    await fleet.push({ [SETTINGS]: 'kind: [\n' })
    await up.poke(fleet.url)
    await up.api.event('RenderFailed', { ms: WAIT })
    const late = await ask('reconcile', 'app', '--wait', '--timeout', '1s')
    expect(late.text).toMatch(/not ready after 1s\nwaits for \S+app +Failed/u)
    expect(late.text).toContain('says what is broken')
    expect(late.code).toBe(3)
    const commit = await fleet.push({ [SETTINGS]: configMap('settings', 'two') })
    await up.poke(fleet.url)
    const mended = await ask('wait', 'app', '--commit', commit)
    expect(mended.code, mended.text).toBe(0)
  },
  SLOW,
)

test(
  'a suspension and its end that wait end when they hold',
  async () => {
    const off = await ask('suspend', 'app', '--reason', 'stocktaking', '--wait')
    expect(off.code, off.text).toBe(0)
    const { fleet, up } = there()
    const commit = await fleet.push({ [SETTINGS]: configMap('settings', 'three') })
    await up.poke(fleet.url)
    await up.api.event('RevisionAdmitted', {
      ms: WAIT,
      where: ({ body }) => String(body['revision']).includes(commit),
    })
    expect(await value()).toBe('two')
    const on = await ask('resume', 'app', '--wait')
    expect(on.code, on.text).toBe(0)
    expect(await value()).toBe('three')
    const again = await ask('resume', 'app', '--wait')
    expect(again.code, again.text).toBe(0)
  },
  SLOW,
)
