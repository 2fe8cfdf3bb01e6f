import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { CLUSTER } from '../rig/components/cluster.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { eventually, type PlaneApi, type Seen } from '../rig/plane/plane-api.ts'
import { application, configMap, deployment } from './fleet-files.ts'
import { realSetup, sandboxSetup, type Setup } from './setup.ts'

const SLOW = 300_000 // A machine that may be busy; nothing waits for it to pass.
const WAIT = 90_000 // Less, so that what was missing is told.
const MAPS = '/api/v1/namespaces/default/configmaps'
const WHILE_MS = 4_000 // Longer than the timeout of the application, after which it is told as failed.

/** An application that asks for the order, or does as Flux does. */
function ordered(name: string, order: 'AfterHealthy' | undefined): string {
  const text = application(name, '  wait: true\n  targetNamespace: default\n')
  const limited = text.replace('timeout: 1m', 'timeout: 3s')
  if (order === undefined) return limited
  const annotation = `  annotations: {tidemark.dev/prune: ${order}}\nspec:`
  return limited.replace('spec:', annotation)
}

/** No node of a real cluster satisfies the selector, and a sandbox finds no image of this tag. */
function stuck(name: string): string {
  return deployment(name, 'example.com/it:does-not-exist').replace(
    '    spec:\n',
    '    spec:\n      nodeSelector: {disk: none}\n',
  )
}

function isCareful({ stream }: Seen): boolean {
  return stream.includes('careful')
}

function orderOfDeletions(open: () => Promise<Setup>): void {
  let opened: Setup | undefined
  const setup = (): Setup => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }
  const api = (): PlaneApi => setup().up.api
  const isThere = async (name: string): Promise<boolean> =>
    (await setup().cluster.get(`${MAPS}/${name}`)) !== undefined
  const push = async (files: Readonly<Record<string, string | undefined>>): Promise<string> => {
    const commit = await setup().fleet.push(files)
    expect(await setup().up.poke(setup().fleet.url)).toBe(202)
    return commit
  }
  const gone = (name: string): Promise<void> =>
    eventually(async () => ((await isThere(name)) ? `${name} is there` : undefined), {
      ms: WAIT,
      what: `end of ${name}`,
    })

  beforeAll(async () => {
    opened = await open()
    await api().ready(['flux-system'], { ms: WAIT })
    await push({
      'clusters/test/careful.yaml': ordered('careful', 'AfterHealthy'),
      'clusters/test/usual.yaml': ordered('usual', undefined),
      'apps/careful/old.yaml': configMap('careful-old', 'one'),
      'apps/careful/a.yaml': deployment('careful', 'example.com/it:1'),
      'apps/usual/old.yaml': configMap('usual-old', 'one'),
      'apps/usual/a.yaml': deployment('usual', 'example.com/it:1'),
    })
    await api().ready(['careful', 'usual'], { ms: WAIT })
  }, SLOW)
  afterAll(() => opened?.[Symbol.asyncDispose]())

  test('while what is new is not healthy, what is old stays', { timeout: SLOW }, async () => {
    const after = await api().head()
    await push({
      'apps/careful/old.yaml': undefined,
      'apps/careful/a.yaml': stuck('careful'),
      'apps/usual/old.yaml': undefined,
      'apps/usual/a.yaml': stuck('usual'),
    })
    await api().event('RolloutStopped', { after, where: isCareful, ms: WAIT })
    await gone('usual-old')
    await sleep(WHILE_MS)
    expect(await isThere('careful-old')).toBe(true)
  })

  test('it is still so after the plane was killed', { timeout: SLOW }, async () => {
    const { up } = setup()
    await up.kill()
    await up.mustStart()
    await sleep(WHILE_MS)
    expect(await isThere('careful-old')).toBe(true)
  })

  test('when it is healthy, what is old goes, and that is told', { timeout: SLOW }, async () => {
    const after = await api().head()
    const commit = await push({ 'apps/careful/a.yaml': deployment('careful', 'example.com/it:2') })
    await api().ready(['careful'], { commit, ms: WAIT })
    await gone('careful-old')
    const pruned = await api().event('Pruned', { after, ms: WAIT })
    expect(pruned.body['ids']).toEqual(['default_careful-old__ConfigMap'])
    const events = await api().events(after)
    const healthy = events.find(
      ({ type, stream, body }) =>
        type === 'HealthChanged' &&
        stream.includes('careful') &&
        body['health'] === 'HEALTH_HEALTHY',
    )
    expect(healthy?.position).toBeLessThan(pruned.position)
  })

  test('it is told once, and then all is quiet', { timeout: SLOW }, async () => {
    await sleep(WHILE_MS)
    const pruned = (await api().events()).filter(
      ({ type, stream }) => type === 'Pruned' && stream.includes('careful'),
    )
    expect(pruned).toHaveLength(1)
  })
}

describeWith(['git'], 'deletions that wait for health, on a sandbox cluster', () => {
  orderOfDeletions(sandboxSetup)
})

describeWith(['git', ...CLUSTER], 'deletions that wait for health, on a real API server', () => {
  orderOfDeletions(realSetup)
})
