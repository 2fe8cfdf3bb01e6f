import { ClusterAccess } from '@tidemark/contracts'
import { commitTo, seedRepository, type Changes } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import {
  openMemoryWorld,
  startMemoryPlane,
  type MemoryPlane,
  type MemoryWorld,
} from './rig/plane/memory-plane.ts'
import type { Seen } from './rig/plane/plane-api.ts'

const COMMIT = {
  message: 'change',
  identity: { name: 'Ada', email: 'ada@example.com' },
  clock: systemClock,
}
const MAP = '/api/v1/namespaces/default/configmaps/shared'

function repository(name: string, url: string, more = ''): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 1h
  url: ${url}
  ref: {branch: main}
${more}---
`
}

const APPLICATION = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: flux-system}
spec:
  interval: 10m
  path: ./deploy
  prune: true
  sourceRef: {kind: GitRepository, name: app}
`

function shared(value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: default}\ndata: {value: ${value}}\n`
}

/** Each test goes on from the one before. */
describe('a source that includes another', () => {
  const held = new AsyncDisposableStack()
  let opened: { readonly world: MemoryWorld; readonly plane: MemoryPlane } | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }
  const at = (name: string): string => join(there().world.path, `${name}.git`)
  const url = (name: string): string => pathToFileURL(at(name)).href
  const declared = (spec: string, base = ''): string =>
    repository('base', url('base'), base) + repository('app', url('app'), spec) + APPLICATION
  const INCLUDE = '  include: [{repository: {name: base}, fromPath: lib, toPath: vendor/base}]\n'

  beforeAll(async () => {
    const world = held.use(await openMemoryWorld(['dev']))
    const plane = held.use(await startMemoryPlane(world))
    opened = { world, plane }
    await seedRepository(
      at('base'),
      { 'lib/map.yaml': shared('one'), 'other.yaml': 'x: y' },
      COMMIT,
    )
    const deploy = 'resources: [../vendor/base/map.yaml]\n'
    await seedRepository(
      at('app'),
      { 'deploy/kustomization.yaml': deploy, 'left/out.yaml': 'not: wanted\n' },
      COMMIT,
    )
    const spec = `${INCLUDE}  sparseCheckout: [./deploy/]\n`
    await seedRepository(at('root'), { 'clusters/dev/app.yaml': declared(spec) }, COMMIT)
    const access = ClusterAccess.fromPartial({ kind: { $case: 'sandbox', value: {} } })
    const cluster = 'dev'
    const project = 'default'
    const { api } = plane
    await api.call('registerCluster', { cluster, access, project, labels: [], variables: [] })
    await api.call('declareRoot', {
      cluster,
      project,
      url: url('root'),
      ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
      path: 'clusters/dev',
      intervalMs: 3_600_000n,
      secretName: '',
    })
  })
  afterAll(() => held.disposeAsync())

  const value = async (): Promise<unknown> => {
    const answer: unknown = await (await fetch(there().world.sandbox.url('dev') + MAP)).json()
    return answer
  }
  const becomes = (data: Readonly<Record<string, string>>): Promise<void> =>
    expect.poll(value, { timeout: 60_000 }).toMatchObject({ data })
  /** Commits, asks for the source to be looked at, and waits for what comes of it. */
  const change = async (
    name: string,
    changes: Changes,
    until: Parameters<MemoryPlane['api']['event']>[0],
  ): Promise<Seen> => {
    const { world, plane } = there()
    const after = (await world.log()).at(-1)?.position ?? 0n
    await commitTo(at(name), changes, COMMIT)
    await plane.api.call('reconcile', {
      application: '',
      withSource: false,
      reason: '',
      requestId: '',
      source: name === 'root' ? 'flux-system' : name,
      approvePrune: false,
      rotateGenerated: false,
    })
    return await plane.api.event(until, { after })
  }
  const declare = (
    spec: string,
    until: 'FetchFailed' | 'RevisionFetched' | 'RolloutCompleted',
    base = '',
  ): Promise<Seen> => change('root', { 'clusters/dev/app.yaml': declared(spec, base) }, until)

  test('has its files, and is delivered when both are there', async () => {
    const { api } = there().plane
    await api.ready(['flux-system', 'app'], { ms: 60_000 })
    expect(await value()).toMatchObject({ data: { value: 'one' } })
    const fetched = (await api.events()).findLast(
      ({ type, body }) => type === 'RevisionFetched' && Array.isArray(body['includes']),
    )
    // Its own one, and one of the two that the other has.
    expect(fetched?.body).toMatchObject({ fileCount: '2', includes: [{}] })
  })

  test('is made anew when the other has a new commit', async () => {
    await change('base', { 'lib/map.yaml': shared('two') }, 'RolloutCompleted')
    expect(await value()).toMatchObject({ data: { value: 'two' } })
  })

  test('tells what it cannot take, and what was delivered stays', async () => {
    for (const [spec, code, says] of [
      ['  include: [{repository: {name: nobody}}]\n', 'INCLUDE_UNAVAILABLE', 'is not declared'],
      [`${INCLUDE}  sparseCheckout: [deplyo]\n`, 'SOURCE_PATH', 'lists "deplyo", which is not in'],
      ['  include: [{repository: {name: base}, fromPath: lip}]\n', 'SOURCE_PATH', 'nothing at lip'],
      [
        '  include: [{repository: {name: base}, toPath: ../deploy}]\n',
        'SOURCE_PATH',
        'there is deploy/kustomization.yaml already',
      ],
    ] as const) {
      const failed = await declare(spec, 'FetchFailed')
      expect(failed.body).toMatchObject({ code, message: expect.stringContaining(says) })
    }
    const circle = '  include: [{repository: {name: app}}]\n'
    const failed = await declare(INCLUDE, 'FetchFailed', circle)
    expect(failed.body).toMatchObject({
      code: 'INCLUDE_UNAVAILABLE',
      message: expect.stringMatching(
        /goes in a circle: (?:app -> base -> app|base -> app -> base)/u,
      ),
    })
    expect(await value()).toMatchObject({ data: { value: 'two' } })
  })

  test('goes on when it is mended', async () => {
    await declare(INCLUDE, 'RevisionFetched')
    await change('base', { 'lib/map.yaml': shared('three') }, 'RolloutCompleted')
    expect(await value()).toMatchObject({ data: { value: 'three' } })
  })

  const sources = (): string => repository('base', url('base')) + repository('app', url('app'))

  test('an ArtifactGenerator makes artifacts of both, which are delivered, and made anew', async () => {
    const { api } = there().plane
    await change('app', { 'over/map.yaml': 'data: {more: yes-it-is}\n' }, 'RevisionFetched')
    await change('root', { 'clusters/dev/app.yaml': sources() + made('Merge') }, 'RevisionFetched')
    await becomes({ value: 'three', more: 'yes-it-is' })
    await change('base', { 'lib/map.yaml': shared('four') }, 'RevisionFetched')
    await becomes({ value: 'four', more: 'yes-it-is' })
    const fetched = (await api.events()).findLast(({ type }) => type === 'RevisionFetched')
    expect(fetched?.body).toMatchObject({
      revision: expect.stringMatching(/^latest@sha256:[0-9a-f]{64}$/u),
      originRevision: expect.stringMatching(/^main@sha1:/u),
      includes: [{}, {}],
    })
    await change(
      'root',
      { 'clusters/dev/app.yaml': sources() + made('Extract') },
      'ApplicationRefused',
    )
    expect(await value()).toMatchObject({ data: { value: 'four', more: 'yes-it-is' } })
  })

  test('an ExternalArtifact in Git is refused, with what to declare', async () => {
    const artifact = `apiVersion: source.toolkit.fluxcd.io/v1
kind: ExternalArtifact
metadata: {name: theirs, namespace: flux-system}
spec: {sourceRef: {kind: Other, name: x}}
`
    const refused = await change('root', { 'clusters/dev/x.yaml': artifact }, 'ApplicationRefused')
    expect(refused.body['message']).toContain('declare an ArtifactGenerator that makes it')
  })
})

function made(strategy: string): string {
  return `apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: made, namespace: flux-system}
spec:
  sources:
    - {alias: base, kind: GitRepository, name: base}
    - {alias: app, kind: GitRepository, name: app}
  artifacts:
    - name: made
      originRevision: "@app"
      copy:
        - {from: "@base/lib/**", to: "@artifact/deploy/"}
        - {from: "@app/over/map.yaml", to: "@artifact/deploy/", strategy: ${strategy}}
---
${APPLICATION.replace('kind: GitRepository, name: app', 'kind: ExternalArtifact, name: made')}`
}
