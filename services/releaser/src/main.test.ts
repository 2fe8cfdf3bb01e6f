import {
  ApplyOutcome,
  event,
  Health,
  record,
  Removal,
  streams,
  type AnyEvent,
  type EventName,
  type StoredEvent,
} from '@tidemark/contracts'
import { buildAppend, causeFrom, dispatch } from '@tidemark/service'
import { memoryTree, RecordingTree, type Reads, type SourceTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { Plane } from './domain/plane.ts'
import { releaserSteps } from './main.ts'
import type { Decided, ReleaserDeps } from './steps/deps.ts'

const { signal } = new AbortController()
const idOf = (name: string): string => `dev_flux-system_kustomization_${name}`
const root = idOf('flux-system')

interface Spec {
  readonly name: string
  readonly dependsOn?: readonly string[]
  readonly deletionPolicy?: string
  readonly bad?: boolean
  readonly wait?: boolean
}

const kustomization = ({
  name,
  dependsOn = [],
  deletionPolicy,
  bad = false,
  wait = false,
}: Spec): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system' },
  spec: {
    interval: bad ? 'often' : '10m',
    prune: true,
    wait,
    path: `./${name}`,
    sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    ...(dependsOn.length === 0 ? {} : { dependsOn: dependsOn.map((other) => ({ name: other })) }),
    ...(deletionPolicy === undefined ? {} : { deletionPolicy }),
  },
})
const gitRepository = (name: string, url: string): object => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace: 'flux-system' },
  spec: { interval: '1m', url, ref: { branch: 'main' } },
})

const json = (object: object): Buffer => Buffer.from(JSON.stringify(object))

/** A releaser over a plane in memory; the other services are played by hand. */
class Rig {
  readonly plane = new Plane()
  readonly events: Decided[] = []
  readonly trees = new Map<string, SourceTree>()
  readonly reads = new Map<string, Reads>()
  readonly manifests = new Map<string, readonly unknown[]>()
  now = 1_000
  broken = false
  readonly #deps: ReleaserDeps
  #sequence = 0n
  readonly #versions = new Map<string, bigint>()

  constructor() {
    const open = <Value>(map: Map<string, Value>, blob: string): Promise<Value> => {
      const value = map.get(blob)
      return value === undefined || this.broken
        ? Promise.reject(new Error(`no blob ${blob}`))
        : Promise.resolve(value)
    }
    this.#deps = {
      plane: this.plane,
      library: {
        artifact: (blob) => open(this.trees, blob),
        reads: (blob) => open(this.reads, blob),
        manifests: (blob) => open(this.manifests, blob),
      },
      decisions: {
        record: (_, decided) => {
          for (const { stream, event: what } of decided) {
            this.#fold(stream, what)
            this.events.push({ stream, event: what })
          }
        },
      },
      nowMs: () => this.now,
    }
  }

  #fold(stream: string, what: AnyEvent): bigint {
    const version = (this.#versions.get(stream) ?? 0n) + 1n
    this.#versions.set(stream, version)
    this.plane.fold({ stream, version, event: what })
    return version
  }

  /** Folds an event of another service and runs its step, twice: the second run must add nothing. */
  async happens(stream: string, what: AnyEvent, times = 2): Promise<readonly EventName[]> {
    const version = this.#fold(stream, what)
    const recorded = record(storedOf(stream, version, what))
    if (recorded === undefined) throw new Error('not an event of ours')
    const before = this.events.length
    await dispatch(releaserSteps(this.#deps), recorded, signal)
    const after = this.events.length
    for (let again = 1; again < times; again += 1) {
      await dispatch(releaserSteps(this.#deps), recorded, signal)
      if (this.events.length > after) throw new Error(`${what.type} had an effect twice`)
    }
    return this.events.slice(before, after).map(({ event: { type } }) => type)
  }

  async declareRoot(): Promise<void> {
    await this.happens(
      streams.cluster('dev'),
      event('RootDeclared', {
        cluster: 'dev',
        sourceJson: json(gitRepository('flux-system', 'https://git.example.com/fleet')),
        applicationJson: json(kustomization({ name: 'flux-system' })),
      }),
    )
  }

  sourceId(): string {
    return this.plane.sourceOf.get('dev/GitRepository/flux-system/flux-system') ?? ''
  }

  async fetch(files: Readonly<Record<string, string>>): Promise<readonly EventName[]> {
    this.#sequence += 1n
    const blob = `tree-${this.#sequence}`
    this.trees.set(blob, memoryTree(Object.entries(files)))
    return this.happens(
      streams.source(this.sourceId()),
      event('RevisionFetched', {
        sourceId: this.sourceId(),
        sequence: this.#sequence,
        revision: `main@sha1:${this.#sequence}`,
        artifactDigest: `sha256:${this.#sequence}`,
        artifactBlob: blob,
      }),
    )
  }

  /** The renderer answers the newest wish: it read `read`, and these are the objects. */
  async rendered(
    id: string,
    { read = '', objects = [], count = 1 }: Partial<Rendering> = {},
  ): Promise<readonly EventName[]> {
    const request = this.plane.application(id).request?.request ?? 0n
    const fetched = this.plane.source(this.sourceId()).fetched
    const tree = this.trees.get(fetched?.artifactBlob ?? '')
    if (tree === undefined) throw new Error('nothing was fetched')
    const recording = new RecordingTree(tree)
    const bytes = read === '' ? '' : Buffer.from(recording.read(read)).toString('utf8')
    const digest = JSON.stringify([bytes, objects])
    this.reads.set(`reads-${id}-${request}`, recording.reads())
    this.manifests.set(digest, objects)
    return this.happens(
      streams.render(id),
      event('Rendered', {
        applicationId: id,
        request,
        manifestDigest: digest,
        manifestBlob: digest,
        readSetBlob: `reads-${id}-${request}`,
        objectCount: count,
        fluxObjectCount: objects.length,
      }),
    )
  }

  /** The applier answers the newest request. */
  async applied(
    id: string,
    outcome = ApplyOutcome.APPLY_OUTCOME_APPLIED,
  ): Promise<readonly EventName[]> {
    const { lastApply: apply, rollout } = this.plane.application(id)
    const parts = { applicationId: id, cluster: 'dev', apply, number: rollout?.number ?? 0n }
    const stream = streams.deployment(id, 'dev')
    this.#fold(stream, event('ApplyStarted', parts))
    const finished = await this.happens(stream, event('ApplyFinished', { ...parts, outcome }))
    if (parts.number === 0n) return finished
    const health = event('HealthChanged', { ...parts, health: Health.HEALTH_HEALTHY })
    return [...finished, ...(await this.happens(stream, health))]
  }

  /** A whole way of the root: fetched, rendered to these objects, applied. */
  async deploy(objects: readonly object[]): Promise<readonly EventName[]> {
    const before = this.events.length
    await this.fetch({ 'flux-system/all.yaml': JSON.stringify(objects) })
    await this.rendered(root, { read: 'flux-system/all.yaml', objects })
    await this.applied(root)
    return this.events.slice(before).map(({ event: { type } }) => type)
  }

  async run(id: string, count = 1): Promise<void> {
    await this.rendered(id, { objects: [], count })
    await this.applied(id)
  }

  of(id: string, type: EventName): readonly Decided[] {
    return this.events.filter(
      ({ stream, event: what }) => stream.endsWith(id) && what.type === type,
    )
  }
}

interface Rendering {
  readonly read: string
  readonly objects: readonly object[]
  readonly count: number
}

function storedOf(stream: string, version: bigint, what: AnyEvent): StoredEvent {
  const { events } = buildAppend({
    writer: 'releaser',
    build: '1',
    events: [
      { cause: causeFrom(`${stream}/${version}`), stream, event: what, project: '', cluster: '' },
    ],
    expected: new Map([[stream, version - 1n]]),
  })
  const [built] = events
  if (built === undefined) throw new Error('nothing was built')
  const hash = new Uint8Array(32)
  return { ...built, version, position: version, atUs: 0n, writer: 'test', leaf: hash, chain: hash }
}

async function started(...objects: readonly object[]): Promise<Rig> {
  const rig = new Rig()
  await rig.declareRoot()
  await rig.deploy(objects)
  return rig
}

test('a root is declared, fetched, rendered, released and asked for, and each step may run twice', async () => {
  const rig = await started()
  expect(rig.events.map(({ event: { type } }) => type)).toEqual([
    'SourceDeclared',
    'ApplicationDeclared',
    'RenderRequested',
    'RevisionAdmitted',
    'ReleaseCut',
    'RolloutPlanned',
    'WaveStarted',
    'ApplyRequested',
    'WavePassed',
    'RolloutCompleted',
  ])
})

test('a revision that changes nothing that was read covers the application', async () => {
  const rig = await started()
  const files = { 'flux-system/all.yaml': '[]', 'README.md': 'new' }
  expect(await rig.fetch(files)).toEqual(['RevisionAdmitted'])
  expect(rig.of(rig.sourceId(), 'RevisionAdmitted').at(-1)?.event.value).toMatchObject({
    affected: [],
    covered: 1,
  })
})

test('other bytes that were read and render the same are confirmed, and nothing is applied', async () => {
  const rig = await started()
  await rig.fetch({ 'flux-system/all.yaml': '[] ', 'other.yaml': '' })
  expect(await rig.rendered(root, { read: 'other.yaml' })).not.toContain('ReleaseConfirmed')
  await rig.fetch({ 'flux-system/all.yaml': '[]', 'other.yaml': ' ', 'third.yaml': '' })
  expect(await rig.rendered(root, { read: 'third.yaml' })).toEqual(['ReleaseConfirmed'])
})

test('applications that a release holds are declared when it is applied, and rendered', async () => {
  const rig = await started(kustomization({ name: 'shop' }))
  expect(rig.plane.application(idOf('shop'))).toMatchObject({
    declared: { parentId: root },
    request: { request: 1n },
  })
})

test('an object that cannot be used is named once, keeps what ran, and is let go when it is mended', async () => {
  const rig = await started(kustomization({ name: 'shop' }))
  await rig.run(idOf('shop'))
  await rig.deploy([kustomization({ name: 'shop', bad: true })])
  await rig.deploy([kustomization({ name: 'shop', bad: true }), kustomization({ name: 'other' })])
  expect(rig.of(idOf('shop'), 'ApplicationRefused')).toHaveLength(1)
  expect(rig.plane.application(idOf('shop')).refusal).toContain('Kustomization flux-system/shop')
  expect(rig.plane.application(idOf('shop')).removed).toBeUndefined()
  await rig.deploy([kustomization({ name: 'shop' })])
  expect(rig.plane.application(idOf('shop')).refusal).toBe('')
})

test('a source that could not be used is no failure any more when it is mended, or gone', async () => {
  const bad = { ...gitRepository('charts', 'https://git.example.com/charts'), spec: {} }
  const id = 'dev_flux-system_gitrepository_charts'
  const rig = await started(bad)
  expect(rig.plane.application(id).refusal).toContain('GitRepository flux-system/charts')
  await rig.deploy([gitRepository('charts', 'https://git.example.com/charts')])
  expect(rig.plane.application(id).refusal).toBe('')
  await rig.deploy([bad])
  await rig.deploy([])
  expect(rig.plane.application(id).refusal).toBe('')
})

test('each object of a source is withdrawn when it is gone, also where two name one repository', async () => {
  const url = 'https://git.example.com/charts'
  const [one, two] = [gitRepository('one', url), gitRepository('two', url)]
  const rig = await started(one, two)
  const id = rig.plane.sourceOf.get('dev/GitRepository/flux-system/one') ?? ''
  await rig.deploy([two])
  expect(rig.plane.source(id).objects.map(({ key }) => key)).toEqual([
    'dev/GitRepository/flux-system/two',
  ])
  await rig.deploy([])
  expect(rig.plane.source(id).declared).toBeUndefined()
  expect(await rig.deploy([{ ...kustomization({ name: 'shop' }) }])).not.toContain(
    'SourceWithdrawn',
  )
})

test('with wait, what depends on an application waits for what that declares too', async () => {
  const rig = await started(
    kustomization({ name: 'infra', wait: true }),
    kustomization({ name: 'apps', dependsOn: ['infra'] }),
  )
  await rig.rendered(idOf('apps'))
  const objects = [kustomization({ name: 'charts' })]
  await rig.rendered(idOf('infra'), { objects })
  await rig.applied(idOf('infra'))
  expect(rig.of(idOf('apps'), 'ApplyRequested')).toEqual([])
  await rig.run(idOf('charts'))
  expect(rig.of(idOf('apps'), 'ApplyRequested')).toHaveLength(1)
})

test('dependencies that go in a circle are refused with the circle', async () => {
  const rig = await started(
    kustomization({ name: 'a', dependsOn: ['b'] }),
    kustomization({ name: 'b', dependsOn: ['a'] }),
  )
  const { refusal } = rig.plane.application(idOf('b'))
  expect(refusal).toContain(`${idOf('b')} -> ${idOf('a')} -> ${idOf('b')}`)
})

test('an application that is gone is deleted, and comes back with numbers of its own', async () => {
  const rig = await started(kustomization({ name: 'shop' }))
  await rig.run(idOf('shop'))
  expect(await rig.deploy([])).toContain('ApplicationRemoved')
  await rig.applied(idOf('shop'))
  expect(rig.plane.application(idOf('shop')).rollout).toMatchObject({
    number: 0n,
    phase: 'completed',
  })
  await rig.deploy([kustomization({ name: 'shop' })])
  await rig.run(idOf('shop'))
  const state = rig.plane.application(idOf('shop'))
  expect(state.rollout).toMatchObject({ number: 1n, phase: 'completed' })
  expect(state.lastApply).toBe(3n)
})

test('an orphan that comes back is applied again', async () => {
  const rig = await started(kustomization({ name: 'shop', deletionPolicy: 'Orphan' }))
  await rig.run(idOf('shop'))
  await rig.deploy([])
  expect(rig.plane.application(idOf('shop'))).toMatchObject({
    removed: { removal: Removal.REMOVAL_ORPHAN },
    lastApply: 1n,
  })
  await rig.deploy([kustomization({ name: 'shop', deletionPolicy: 'Orphan' })])
  await rig.run(idOf('shop'))
  expect(rig.plane.application(idOf('shop')).lastApply).toBe(2n)
})

test('a large removal waits for a person, and goes on when one approves it', async () => {
  const rig = await started(kustomization({ name: 'shop' }), kustomization({ name: 'other' }))
  await rig.run(idOf('shop'), 20)
  await rig.run(idOf('other'), 5)
  expect(await rig.deploy([kustomization({ name: 'other' })])).toContain('RemovalHeld')
  expect(rig.plane.application(idOf('shop'))).toMatchObject({
    removed: undefined,
    removalHeld: true,
  })
  const asked = event('ReconcileRequested', {
    applicationId: root,
    approvePrune: true,
    requestId: 'r',
  })
  expect(await rig.happens(streams.request(root), asked, 1)).toContain('ApplicationRemoved')
})

test('what is gone goes with what it declared: applications and sources', async () => {
  const rig = await started(kustomization({ name: 'team' }))
  const inner = [
    kustomization({ name: 'inner' }),
    gitRepository('own', 'https://git.example.com/own'),
  ]
  await rig.rendered(idOf('team'), { objects: inner })
  await rig.applied(idOf('team'))
  await rig.run(idOf('inner'))
  await rig.deploy([])
  expect(rig.plane.application(idOf('inner')).removed).toBeDefined()
  expect(rig.plane.sourceOf.has('dev/GitRepository/flux-system/own')).toBe(false)
})

test('an application that moves to another parent is not removed when the old one lets it go', async () => {
  const team = kustomization({ name: 'team' })
  const shop = kustomization({ name: 'shop' })
  const rig = await started(team, shop)
  await rig.run(idOf('shop'))
  await rig.rendered(idOf('team'), { objects: [shop] })
  await rig.applied(idOf('team'))
  await rig.deploy([team])
  expect(rig.plane.application(idOf('shop'))).toMatchObject({
    removed: undefined,
    declared: { parentId: idOf('team') },
  })
})

test('a rollback holds, a newer release waits behind it, and lifting goes on to that', async () => {
  const rig = await started()
  await rig.deploy([kustomization({ name: 'shop' })])
  const ask = { applicationId: root, requestId: 'r' }
  const back = event('RollbackRequested', { ...ask, number: 1n })
  expect(await rig.happens(streams.request(root), back, 1)).toContain('ApplyRequested')
  await rig.applied(root)
  expect(await rig.deploy([kustomization({ name: 'other' })])).toContain('ReleaseCut')
  expect(rig.plane.application(root).rollout?.number).toBe(1n)
  const lift = event('HoldLiftRequested', ask)
  expect(await rig.happens(streams.request(root), lift, 1)).toContain('ApplyRequested')
  expect(rig.plane.application(root).rollout?.number).toBe(3n)
})

test('a release that was never cut is no rollback, and the answer says what there is', async () => {
  const rig = await started()
  const back = event('RollbackRequested', { applicationId: root, number: 9n, requestId: 'r' })
  await rig.happens(streams.request(root), back, 1)
  expect(rig.of(root, 'RequestRefused').at(-1)?.event.value).toMatchObject({
    message: 'there is no release 9: it has releases 1 to 1',
  })
})

test('while suspended, what a release that is not applied holds is not declared', async () => {
  const rig = await started()
  await rig.fetch({ 'flux-system/all.yaml': '1' })
  await rig.rendered(root, { read: 'flux-system/all.yaml' })
  await rig.fetch({ 'flux-system/all.yaml': '2' })
  const ask = { applicationId: root, requestId: 'r' }
  await rig.happens(streams.request(root), event('SuspendRequested', ask), 1)
  const shop = kustomization({ name: 'shop' })
  await rig.rendered(root, { read: 'flux-system/all.yaml', objects: [shop] })
  await rig.applied(root)
  expect(rig.plane.application(idOf('shop')).declared).toBeUndefined()
  expect(await rig.happens(streams.request(root), event('ResumeRequested', ask))).toContain(
    'ApplyRequested',
  )
  await rig.applied(root)
  expect(rig.plane.application(idOf('shop')).declared).toBeDefined()
})
