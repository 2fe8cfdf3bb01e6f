import { ClusterAccess, leafOf, record, type Recorded } from '@tidemark/contracts'
import { commitTo, seedRepository } from '@tidemark/git'
import { ReadModel } from '@tidemark/gateway'
import { systemClock } from '@tidemark/kernel'
import { parseTraceparent } from '@tidemark/service'
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './rig/plane/plane-api.ts'
import {
  HOOK_SECRET,
  openMemoryWorld,
  startMemoryPlane,
  type MemoryPlane,
  type MemoryWorld,
} from './rig/plane/memory-plane.ts'

const COMMIT = {
  message: 'walk',
  identity: { name: 'Walker', email: 'walker@example.com' },
  clock: systemClock,
}

const FILES = {
  'clusters/dev/shop.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/shop
  prune: true
  wait: true
  timeout: 1m
  sourceRef: {kind: GitRepository, name: flux-system}
`,
  'apps/shop/config.yaml': config('one'),
}

function config(value: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: shop, namespace: default}
data: {value: ${value}}
`
}

/** The rows of the table in the style guide, in their order: what one push of one application makes. */
const TABLE = [
  'PushReceived',
  'RevisionFetched',
  'RenderRequested',
  'Rendered',
  'ReleaseCut',
  'ApplyRequested',
  'ApplyStarted',
  'ApplyFinished',
]

describe('one push, from end to end, in one process', () => {
  let world: MemoryWorld | undefined
  let plane: MemoryPlane | undefined
  let repository = ''
  let before = 0n
  const there = (): { readonly world: MemoryWorld; readonly plane: MemoryPlane } => {
    assert(world !== undefined && plane !== undefined, 'the plane has started')
    return { world, plane }
  }

  beforeAll(async () => {
    world = await openMemoryWorld(['dev'])
    repository = join(world.path, 'fleet.git')
    await seedRepository(repository, FILES, COMMIT)
    plane = await startMemoryPlane(world)
    const { api } = plane
    const access = ClusterAccess.fromPartial({ kind: { $case: 'sandbox', value: {} } })
    const project = 'default'
    await api.call('registerCluster', {
      cluster: 'dev',
      access,
      project,
      labels: [],
      variables: [],
    })
    await api.call('declareRoot', {
      cluster: 'dev',
      project,
      url: pathToFileURL(repository).href,
      ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
      path: 'clusters/dev',
      intervalMs: 3_600_000n, // Only the webhook makes it look again.
      secretName: '',
    })
    await api.ready(['flux-system', 'shop'])
    before = await quiet()
    await commitTo(repository, { 'apps/shop/config.yaml': config('two') }, COMMIT)
    await poke()
    await api.event('RolloutCompleted', { after: before })
  })

  afterAll(async () => {
    await plane?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  async function poke(): Promise<void> {
    const body = JSON.stringify({ url: pathToFileURL(repository).href })
    const signature = createHmac('sha256', HOOK_SECRET).update(body).digest('hex')
    const headers = { 'x-signature': `sha256=${signature}`, 'x-delivery-id': 'walk-1' }
    const answer = await fetch(there().plane.hooks, { method: 'POST', body, headers })
    assert(answer.status === 202, `the hook answered ${answer.status}`)
  }

  /** Waits until nothing is appended any more, and gives the last position. */
  async function quiet(): Promise<bigint> {
    const { ledger } = there().world
    for (;;) {
      const { position } = await ledger.head()
      await systemClock.sleep(2_500)
      const now = await ledger.head()
      if (now.position === position) return position
    }
  }

  /** What the push made; checkpoints answer no event. */
  async function made(): Promise<readonly Recorded[]> {
    const log = await there().world.log()
    return log
      .filter(({ position, type }) => position > before && type !== 'CheckpointSigned')
      .map((stored) => {
        const recorded = record(stored)
        assert(recorded !== undefined, `${stored.type} is known`)
        return recorded
      })
  }

  test('it makes the events of the table, in its order', async () => {
    const types = (await made()).map(({ event }) => event.type)
    expect(types.filter((type) => TABLE.includes(type))).toEqual(TABLE)
    expect(types.at(-1)).toBe('RolloutCompleted')
  })

  test('all of them have one correlation id and one trace id, and each names its cause', async () => {
    const [push, ...rest] = await made()
    assert(push !== undefined, 'there was a push')
    const trace = parseTraceparent(push.meta.traceparent)?.traceId
    expect(trace).toMatch(/^[0-9a-f]{32}$/u)
    for (const { meta, event, position } of rest) {
      const { correlationId, causationPosition } = meta
      const traceId = parseTraceparent(meta.traceparent)?.traceId
      expect({ type: event.type, correlationId, traceId }).toEqual({
        type: event.type,
        correlationId: push.meta.correlationId,
        traceId: trace,
      })
      expect(causationPosition).toBeLessThan(position)
      expect(causationPosition).toBeGreaterThanOrEqual(push.position)
    }
  })

  test('what was pushed is on the cluster', async () => {
    const url = `${there().world.sandbox.url('dev')}/api/v1/namespaces/default/configmaps/shop`
    const object: unknown = await (await fetch(url)).json()
    expect(object).toMatchObject({ data: { value: 'two' } })
  })

  test('each event is a sealed leaf under a signed checkpoint', async () => {
    const { world: here, plane: running } = there()
    const end = await quiet()
    await reached('the sealed tree', end, async () => BigInt(await here.audit.sealedSize()))
    const log = await here.log()
    for (const stored of log) expect(Buffer.from(leafOf(stored))).toEqual(Buffer.from(stored.leaf))
    expect(BigInt(await here.audit.sealedSize())).toBe(log.at(-1)?.position)
    const { api } = running
    const verified = await api.call('verifyAudit', {})
    expect(verified).toMatchObject({ good: true, firstBad: 0n })
    const push = log.find(({ position }) => position > before)
    expect(verified.size).toBeGreaterThan(push?.position ?? 0n)
  })

  test('a read model that is built from nothing equals the one that grew', async () => {
    const { world: here, plane: running } = there()
    const end = await quiet()
    await reached('the read model', end, async () => running.gateway.model.position)
    const model = new ReadModel()
    for (const stored of await here.log()) {
      const recorded = record(stored)
      if (recorded !== undefined) model.fold(recorded)
    }
    expect(model.digest()).toBe(running.gateway.model.digest())
  })

  test('the same push delivered again appends nothing', async () => {
    const end = await quiet()
    await poke()
    expect(await quiet()).toBe(end)
  })

  test.each(['from-cursor', 'all-again'] as const)(
    'services that begin again on the same ledger, %s, append nothing but leases and write nothing',
    async (delivery) => {
      const { world: here, plane: running } = there()
      const end = await quiet()
      await running[Symbol.asyncDispose]()
      here.sandbox.requestCounts.reset()
      plane = await startMemoryPlane(here, delivery)
      await quiet()
      const news = (await here.log()).filter(({ position }) => position > end)
      const types = new Set(news.map(({ type }) => type))
      types.delete('CheckpointSigned')
      expect([...types].filter((type) => !type.startsWith('Lease'))).toEqual([])
      const writes = [...here.sandbox.requestCounts.of('dev').keys()].filter((name) =>
        /^(?:apply|patch|update|create|delete)/u.test(name),
      )
      expect(writes).toEqual([])
    },
  )
})

/** What follows the log may be behind it on a busy machine. */
async function reached(what: string, end: bigint, at: () => Promise<bigint>): Promise<void> {
  const look = async (): Promise<string | undefined> => {
    const position = await at()
    return position >= end ? undefined : `it is at ${position}`
  }
  await eventually(look, { ms: 60_000, what: `${what} at ${end}` })
}
