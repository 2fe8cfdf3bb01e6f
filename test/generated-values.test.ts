import { ClusterAccess, type StoredEvent } from '@tidemark/contracts'
import { commitTo, seedRepository } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import type { Seen } from './rig/plane/plane-api.ts'
import {
  openMemoryWorld,
  startMemoryPlane,
  type MemoryPlane,
  type MemoryWorld,
} from './rig/plane/memory-plane.ts'

const COMMIT = {
  message: 'generated',
  identity: { name: 'Walker', email: 'walker@example.com' },
  clock: systemClock,
}
const FILES = {
  'clusters/dev/db.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: db, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/db
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
`,
  'apps/db/kustomization.yaml': `helmGlobals: {chartHome: charts}
helmCharts:
  - {name: db, releaseName: one, namespace: default}
  - {name: db, releaseName: two, namespace: default}
`,
  'apps/db/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
  'apps/db/charts/db/values.yaml': 'size: 1\n',
  'apps/db/charts/db/templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
stringData:
  password: {{ randAlphaNum 24 }}
  size: {{ .Values.size | quote }}
  ca: {{ (genCA "db" 365).Cert | b64enc }}
`,
}
const VALUES = 'apps/db/charts/db/values.yaml'

interface Secrets {
  readonly size: string
  readonly one: string
  readonly two: string
}

function text(encoded = ''): string {
  return Buffer.from(encoded, 'base64').toString()
}

/** Each test goes on from the one before: it is the life of one application. */
describe('what a chart generates', () => {
  let world: MemoryWorld | undefined
  let plane: MemoryPlane | undefined
  let repository = ''
  let first: Secrets | undefined
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
    await api.call('registerCluster', {
      cluster: 'dev',
      access,
      project: 'default',
      labels: [],
      variables: [],
    })
    await api.call('declareRoot', {
      cluster: 'dev',
      project: 'default',
      url: pathToFileURL(repository).href,
      ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
      path: 'clusters/dev',
      intervalMs: 3_600_000n,
      secretName: '',
    })
    await api.ready(['flux-system', 'db'], { ms: 40_000 })
    first = await secrets()
  })

  afterAll(async () => {
    await plane?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  /** What stands in the cluster. */
  async function secrets(): Promise<Secrets> {
    const { sandbox } = there().world
    const read = async (name: string): Promise<Readonly<Record<string, string>>> => {
      const url = `${sandbox.url('dev')}/api/v1/namespaces/default/secrets/${name}`
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A Secret of the API server.
      const { data } = (await (await fetch(url)).json()) as { data: Record<string, string> }
      return data
    }
    const [one, two] = [await read('one'), await read('two')]
    return {
      size: text(one['size']),
      one: `${text(one['password'])} ${text(one['ca'])}`,
      two: `${text(two['password'])} ${text(two['ca'])}`,
    }
  }

  async function change(files: Readonly<Record<string, string>>, until: string): Promise<Seen> {
    const { api } = there().plane
    const before = (await there().world.log()).at(-1)?.position ?? 0n
    await commitTo(repository, files, COMMIT)
    const asked = {
      application: '',
      withSource: false,
      reason: '',
      requestId: '',
      source: 'flux-system',
    }
    await api.call('reconcile', { ...asked, approvePrune: false, rotateGenerated: false })
    return await api.event(until, { after: before })
  }

  test('is drawn once, and for each release of the chart by itself', () => {
    assert(first !== undefined, 'it was applied')
    expect(first.one).toMatch(/^[A-Za-z0-9]{24} LS0t/)
    expect(first.one).not.toBe(first.two)
  })

  test('is the same after a change of something else', async () => {
    await change({ [VALUES]: 'size: 2\n' }, 'RolloutCompleted')
    expect(await secrets()).toEqual({ ...first, size: '2' })
  })

  test('outlives a render that fails', async () => {
    await change({ [VALUES]: '{' }, 'RenderFailed')
    await change({ [VALUES]: 'size: 3\n' }, 'RolloutCompleted')
    expect(await secrets()).toEqual({ ...first, size: '3' })
  })

  test('outlives the renderer and every other service', async () => {
    await plane?.[Symbol.asyncDispose]()
    plane = await startMemoryPlane(there().world)
    await change({ [VALUES]: 'size: 4\n' }, 'RolloutCompleted')
    expect(await secrets()).toEqual({ ...first, size: '4' })
  })

  test('is in no event, and in no blob that can be read without the key', async () => {
    const log = await there().world.log()
    const [password = ''] = first?.one.split(' ') ?? []
    const holds = ({ body, meta }: StoredEvent): boolean =>
      [body, meta].some((bytes) => Buffer.from(bytes).includes(password))
    expect(password).toHaveLength(24)
    expect(log.filter(holds)).toEqual([])
  })

  test('rotates when an operator says so and why, in a release of its own', async () => {
    const { api } = there().plane
    const before = (await there().world.log()).at(-1)?.position ?? 0n
    const asked = { application: 'db', withSource: false, source: '', requestId: '' }
    const rotation = { ...asked, approvePrune: false, rotateGenerated: true }
    await expect(api.call('reconcile', { ...rotation, reason: '' })).rejects.toThrow('say why')
    await api.call('reconcile', { ...rotation, reason: 'the password was seen' })
    const cut = await api.event('ReleaseCut', { after: before })
    await api.event('RolloutCompleted', { after: cut.position })
    const rotated = await secrets()
    expect(rotated.one).not.toBe(first?.one)
    expect(rotated.two).not.toBe(first?.two)
    const request = await api.event('ReconcileRequested', { after: before })
    expect(request.body).toMatchObject({ rotateGenerated: true, reason: 'the password was seen' })
    expect(request.meta.actor?.name).toBe('operator')
    const after = (await there().world.log()).filter(({ position }) => position > before)
    expect(after.filter(({ type }) => type === 'ApplyRequested')).toHaveLength(1)

    await change({ [VALUES]: 'size: 5\n' }, 'RolloutCompleted')
    expect(await secrets()).toEqual({ ...rotated, size: '5' })
  })
})
