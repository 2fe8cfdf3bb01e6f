// NATS and Postgres of the platform form, down at the start and in flight: told with their place and the way out, no process
// ends for an outage that passes, and work goes on when they are back.
import { join } from 'node:path'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { eventually, type PlaneApi } from '../rig/plane/plane-api.ts'
import { startPlatformWorld, type PlatformWorld } from '../rig/plane/platform.ts'
import { badInput } from './bad-table.ts'

const SLOW = 300_000
const WAIT = 90_000

describeWith(['nats-server', 'postgres', 'openssl'], 'stores of the platform that are down', () => {
  const held = new AsyncDisposableStack()
  let opened: PlatformWorld | undefined
  const world = (): PlatformWorld => {
    assert(opened !== undefined, 'NATS and Postgres have started')
    return opened
  }
  beforeAll(async () => {
    const dir = temporaryDir('bad-stores')
    held.defer(dir.remove)
    opened = held.use(await startPlatformWorld({ kubeconfig: join(dir.path, 'none') }))
  }, SLOW)
  afterAll(async () => {
    await held.disposeAsync()
  }, SLOW)

  test(
    'at the start: the process says what it does not reach and ends, so that it is started again',
    async () => {
      const { postgres, nats } = world()
      await postgres.stopImmediately()
      await using first = await world().start('ledger', { until: 'started' })
      expect(await first.exited).toMatchObject({ code: 1 })
      const { host } = new URL(postgres.url.replace('127.0.0.1', 'localhost'))
      for (const words of badInput('Postgres that is down at the start'))
        expect(first.log()).toMatch(words)
      expect(first.log()).toContain(`${host}: connect ECONNREFUSED`)
      await postgres.restart()
      await nats.kill()
      await using second = await world().start('ledger', { until: 'started' })
      expect(await second.exited).toMatchObject({ code: 1 })
      for (const words of badInput('NATS that is down at the start'))
        expect(second.log()).toMatch(words)
      expect(second.log()).toContain(`cannot connect to ${nats.url}: `)
      expect(`${first.log()}${second.log()}`).not.toMatch(/^\s+at /mu)
      await nats.restart()
    },
    SLOW,
  )

  test(
    'in flight: a request is refused with what to do, what is known is still shown, and all goes on',
    async () => {
      const { postgres, nats } = world()
      await using all = await world().start('all')
      using api = all.api()
      const stores = [
        {
          name: 'one',
          input: 'Postgres that is down in flight',
          stop: () => postgres.stopImmediately(),
          start: () => postgres.restart(),
        },
        {
          name: 'two',
          input: 'NATS that is down in flight',
          stop: () => nats.kill(),
          start: () => nats.restart(),
        },
      ]
      for (const { name, input, stop, start } of stores) {
        await stop()
        const [told = /^$/u] = badInput(input)
        await expect(register(api, name)).rejects.toThrow(told)
        await expect(api.call('listClusters', {})).resolves.toBeDefined()
        await start()
        await eventually(
          () =>
            register(api, name).then(
              () => undefined,
              (error: unknown) => String(error),
            ),
          { ms: WAIT, what: `registration of ${name}` },
        )
      }
      await eventually(
        async () => {
          const { clusters } = await api.call('listClusters', {})
          return clusters.length === 2 ? undefined : JSON.stringify(clusters)
        },
        { ms: WAIT, what: 'both clusters' },
      )
      expect(all.log()).toMatch(/"code":"(?:ledger|bus)-unavailable"/u)
    },
    SLOW,
  )
})

async function register(api: PlaneApi, cluster: string): Promise<void> {
  const kind = { $case: 'kubeconfigContext', value: { context: cluster, path: '' } } as const
  const none = { project: '', labels: [], variables: [] }
  await api.call('registerCluster', { cluster, access: { kind }, ...none })
}
