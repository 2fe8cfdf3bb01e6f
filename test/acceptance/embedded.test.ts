import { Phase } from '@tidemark/contracts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { CLUSTER } from '../rig/components/cluster.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { eventually, summarize, type PlaneApi, type Seen } from '../rig/plane/plane-api.ts'
import {
  APPLICATIONS,
  application,
  configMap,
  deployment,
  manyFiles,
  manyNames,
} from './fleet-files.ts'
import { realSetup, sandboxSetup, type Setup } from './setup.ts'

const SLOW = 300_000 // Real components on a machine that may be busy; nothing waits for it to pass.
const WAIT = 90_000 // Less, so that what was missing is told.
const IDLE_MS = 60_000
const MANY = 100

describeWith([...CLUSTER, 'git'], 'on a real API server, from a Git server over HTTP', () => {
  scenarios(realSetup)
})

describe('on a sandbox, from a folder', () => {
  scenarios(sandboxSetup)
})

const MAPS = '/api/v1/namespaces/default/configmaps'

// Each test goes on where the one before it ended, as the life of a fleet does.
function scenarios(open: () => Promise<Setup>): void {
  let opened: Setup | undefined
  let began = 0n

  beforeAll(async () => {
    opened = await open()
    await opened.up.api.ready(APPLICATIONS, { ms: WAIT })
    await api().settled()
    began = await api().head()
  }, SLOW)
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]()
  }, SLOW)

  const setup = (): Setup => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }
  const api = (): PlaneApi => setup().up.api

  /** Pushes, tells the plane by webhook, and gives the commit. */
  async function push(changes: Record<string, string | undefined>): Promise<string> {
    const { fleet, up } = setup()
    const commit = await fleet.push(changes)
    expect(await up.poke(fleet.url)).toBe(202)
    return commit
  }

  /** Waits until all that was appended is under a checkpoint, and gives its position. */
  async function signed(): Promise<bigint> {
    const end = await api().head()
    let last: Seen | undefined
    const look = async (): Promise<string | undefined> => {
      last = (await api().events(end - 1n)).at(-1)
      return last?.type === 'CheckpointSigned' ? undefined : `the last event is ${last?.type}`
    }
    await eventually(look, { ms: WAIT, what: 'checkpoint at the end' })
    return last?.position ?? 0n
  }

  /** Events behind a position, without checkpoints, once all is quiet. */
  async function since(after: bigint): Promise<readonly Seen[]> {
    await api().settled()
    return (await api().events(after)).filter(({ type }) => type !== 'CheckpointSigned')
  }

  test('a push is applied, in the order of dependsOn, rendered by kustomize', async () => {
    const { cluster } = setup()
    expect(await cluster.get('/apis/apps/v1/namespaces/web/deployments/web')).toMatchObject({
      metadata: { labels: { team: 'web', 'kustomize.toolkit.fluxcd.io/name': 'web' } },
      spec: {
        replicas: 2,
        template: { spec: { containers: [{ image: 'example.com/web:2' }] } },
      },
    })
    const events = await api().events()
    const at = (type: string, name: string): bigint =>
      events.find(
        ({ type: is, body, stream }) =>
          is === type && `${stream}${JSON.stringify(body)}`.includes(name),
      )?.position ?? 0n
    expect(at('RolloutCompleted', '_base')).toBeGreaterThan(0n)
    expect(at('ApplyRequested', '_web')).toBeGreaterThan(at('RolloutCompleted', '_base'))
  })

  test('health of workloads, jobs, definitions and what they define is waited for', async () => {
    const { cluster } = setup()
    expect(
      await cluster.get('/apis/example.com/v1/namespaces/default/gadgets/first'),
    ).toMatchObject({
      spec: { size: 3 },
    })
    expect(await cluster.get('/apis/batch/v1/namespaces/default/jobs/migrate')).toMatchObject({
      status: { succeeded: 1 },
    })
  })

  test(
    'a second push changes just what it touches: one render, one release, one apply, one write',
    async () => {
      const { cluster } = setup()
      const after = await api().head()
      cluster.proxy.reset()
      const commit = await push({ 'apps/pair/left.yaml': configMap('left', 'two') })
      await api().ready(['pair'], { commit, ms: WAIT })
      const news = await since(after)
      const count = (type: string): number => news.filter((event) => event.type === type).length
      expect({
        renders: count('RenderRequested'),
        rendered: count('Rendered'),
        releases: count('ReleaseCut'),
        applies: count('ApplyFinished'),
      }).toEqual({ renders: 1, rendered: 1, releases: 1, applies: 1 })
      expect(cluster.proxy.writes()).toEqual([{ verb: 'apply', path: `${MAPS}/left` }])
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'two' } })
    },
    SLOW,
  )

  test(
    'a push that only touches the README renders nothing and writes nothing',
    async () => {
      const { cluster } = setup()
      const after = await api().head()
      cluster.proxy.reset()
      await push({ 'README.md': '# Fleet, told better\n' })
      await api().event('RevisionAdmitted', { after, ms: WAIT })
      expect(summarize(await since(after))).toBe('PushReceived, RevisionFetched, RevisionAdmitted')
      expect(cluster.proxy.requests().filter(({ verb }) => verb !== 'watch')).toEqual([])
    },
    SLOW,
  )

  test(
    'an object that is removed from Git is pruned',
    async () => {
      const { cluster } = setup()
      const commit = await push({ 'apps/pair/right.yaml': undefined })
      await api().ready(['pair'], { commit, ms: WAIT })
      expect(await cluster.get(`${MAPS}/right`)).toBeUndefined()
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'two' } })
    },
    SLOW,
  )

  test(
    'an edit by hand and a deletion by hand are corrected, and told',
    async () => {
      const { cluster } = setup()
      await api().settled()
      let after = await api().head()
      await cluster.edit(`${MAPS}/left`, { data: { value: 'by hand' } })
      const detected = await api().event('DriftDetected', { after, ms: WAIT })
      expect(JSON.stringify(detected.body)).toContain('left')
      await api().event('DriftCorrected', { after, ms: WAIT })
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'two' } })
      after = await api().head()
      await cluster.remove(`${MAPS}/left`)
      await api().event('DriftCorrected', { after, ms: WAIT })
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'two' } })
    },
    SLOW,
  )

  test(
    'a field that nobody put into Git is left to whoever set it',
    async () => {
      const { cluster } = setup()
      await api().settled()
      const after = await api().head()
      await cluster.edit(`${MAPS}/left`, { data: { extra: 'mine' } })
      await sleep(2_000)
      expect(summarize(await since(after))).toBe('')
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({
        data: { value: 'two', extra: 'mine' },
      })
    },
    SLOW,
  )

  test(
    'a rollback works with Git down, holds over newer pushes, and ends when it is lifted',
    async () => {
      const { cluster, server, fleet, up } = setup()
      const first = (await api().call('listReleases', { application: 'pair' })).releases.at(-1)
      assert(first !== undefined, 'there are releases')
      await server?.stop()
      const request = {
        application: 'pair',
        number: first.number,
        reason: 'bad day',
        requestId: '',
      }
      await api().call('rollBack', request)
      await eventually(
        async () =>
          JSON.stringify(await cluster.get(`${MAPS}/left`))?.includes('"value":"one"')
            ? undefined
            : 'not yet',
        { ms: WAIT, what: 'release 1 back' },
      )
      expect(await cluster.get(`${MAPS}/right`)).toMatchObject({ data: { value: 'one' } })
      await server?.start()
      const after = await api().head()
      await fleet.push({ 'apps/pair/left.yaml': configMap('left', 'three') })
      await up.poke(fleet.url)
      await api().event('ReleaseCut', { after, ms: WAIT })
      await api().settled()
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'one' } })
      expect(await api().application('pair')).toMatchObject({
        held: first.number,
        holdReason: 'bad day',
      })
      await api().call('liftHold', { application: 'pair', reason: 'fixed', requestId: '' })
      await eventually(
        async () =>
          JSON.stringify(await cluster.get(`${MAPS}/left`))?.includes('"value":"three"')
            ? undefined
            : 'not yet',
        { ms: WAIT, what: 'the newest release' },
      )
      await api().settled()
      expect(await cluster.get(`${MAPS}/right`)).toBeUndefined()
    },
    SLOW,
  )

  test(
    'a broken commit leaves the last good release running, and names file and line',
    async () => {
      const { cluster } = setup()
      const after = await api().head()
      await push({
        'apps/pair/left.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [left\n',
      })
      const failed = await api().event('RenderFailed', { after, ms: WAIT })
      expect(failed.body).toMatchObject({ file: 'apps/pair/left.yaml' })
      expect(Number(failed.body['line'])).toBeGreaterThan(3)
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'three' } })
      const view = await api().application('pair')
      expect(view?.phase).toBe(Phase.PHASE_FAILED)
      expect(view?.message).toContain('apps/pair/left.yaml')
      const commit = await push({ 'apps/pair/left.yaml': configMap('left', 'four') })
      await api().ready(['pair'], { commit, ms: WAIT })
    },
    SLOW,
  )

  test(
    'a field that is not supported is an error that names it and the file',
    async () => {
      const after = await api().head()
      await push({
        'clusters/test/odd.yaml': application('odd', '  kubeConfig: {secretRef: {name: other}}\n'),
        'apps/odd/a.yaml': configMap('odd', 'x'),
      })
      const refused = await api().event('ApplicationRefused', { after, ms: WAIT })
      expect(JSON.stringify(refused.body)).toContain('kubeConfig')
      await push({ 'clusters/test/odd.yaml': undefined, 'apps/odd/a.yaml': undefined })
      await api().settled()
    },
    SLOW,
  )

  test(
    'a workload that never becomes ready is told when its timeout ends, and recovers with the next push',
    async () => {
      const after = await api().head()
      const limited = application('slow', '  wait: true\n  targetNamespace: default\n').replace(
        'timeout: 1m',
        'timeout: 3s',
      )
      // No node of a real cluster satisfies the selector, and a sandbox finds no image of this tag.
      const stuck = deployment('slow', 'example.com/slow:does-not-exist').replace(
        '    spec:\n',
        '    spec:\n      nodeSelector: {disk: none}\n',
      )
      await push({ 'clusters/test/slow.yaml': limited, 'apps/slow/a.yaml': stuck })
      const stopped = await api().event('RolloutStopped', {
        after,
        ms: WAIT,
        where: ({ stream }) => stream.includes('slow'),
      })
      expect(JSON.stringify(stopped.body)).toContain('slow')
      const commit = await push({ 'apps/slow/a.yaml': deployment('slow', 'example.com/slow:2') })
      await api().ready(['slow'], { commit, ms: WAIT })
    },
    SLOW,
  )

  test(
    'a suspended application stays as it is until it goes on',
    async () => {
      const { cluster } = setup()
      await api().call('suspend', {
        application: 'pair',
        reason: 'freeze',
        untilMs: 0n,
        requestId: '',
      })
      await eventually(
        async () =>
          (await api().application('pair'))?.phase === Phase.PHASE_SUSPENDED
            ? undefined
            : 'not yet',
        { ms: WAIT, what: 'suspension' },
      )
      const commit = await push({ 'apps/pair/left.yaml': configMap('left', 'five') })
      await api().settled()
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'four' } })
      await api().call('resume', { application: 'pair', reason: 'over', requestId: '' })
      await api().ready(['pair'], { commit, ms: WAIT })
      expect(await cluster.get(`${MAPS}/left`)).toMatchObject({ data: { value: 'five' } })
    },
    SLOW,
  )

  test(
    'an application that is removed from Git takes its objects with it',
    async () => {
      const { cluster } = setup()
      await push({ 'clusters/test/slow.yaml': undefined, 'apps/slow/a.yaml': undefined })
      await eventually(
        async () =>
          (await cluster.get('/apis/apps/v1/namespaces/default/deployments/slow')) === undefined
            ? undefined
            : 'still there',
        { ms: WAIT, what: 'removal' },
      )
      await api().settled()
      expect(await api().application('slow')).toBeUndefined()
    },
    SLOW,
  )

  test(
    `one file changed among ${MANY} applications: one render, one release, one apply, one write`,
    async () => {
      const { cluster } = setup()
      const added = await push(manyFiles(MANY))
      await api().ready(manyNames(MANY), { commit: added, ms: WAIT })
      await api().settled()
      const after = await api().head()
      cluster.proxy.reset()
      const commit = await push({ 'apps/many-42/config.yaml': configMap('many-42', 'two') })
      await api().ready(['many-42'], { commit, ms: WAIT })
      const news = await since(after)
      const count = (type: string): number => news.filter((event) => event.type === type).length
      expect({
        renders: count('RenderRequested'),
        releases: count('ReleaseCut'),
        applies: count('ApplyFinished'),
        covered: news.find(({ type }) => type === 'RevisionAdmitted')?.body['covered'],
      }).toEqual({ renders: 1, releases: 1, applies: 1, covered: MANY + APPLICATIONS.length - 1 })
      expect(cluster.proxy.writes()).toEqual([{ verb: 'apply', path: `${MAPS}/many-42` }])
      expect(cluster.proxy.requests().filter(({ verb }) => verb !== 'watch')).toHaveLength(1)
    },
    SLOW,
  )

  test(
    'in an idle minute the API server is asked for nothing but watches, and nothing is appended',
    async () => {
      const { cluster } = setup()
      await api().settled()
      const after = await signed()
      cluster.proxy.reset()
      await sleep(IDLE_MS)
      expect(cluster.proxy.requests().filter(({ verb }) => verb !== 'watch')).toEqual([])
      expect(await api().head()).toBe(after)
    },
    SLOW,
  )

  test('a webhook that is not signed with the secret is refused and appends nothing', async () => {
    const { up, fleet } = setup()
    const after = await api().head()
    expect(await up.poke(fleet.url, { secret: 'guessed' })).toBe(401)
    expect(await up.poke('https://git.example.com/other.git')).toBe(404)
    expect(await api().head()).toBe(after)
  })

  test(
    'a plane that starts again on its folder resumes: no render, no write, and it goes on',
    async () => {
      const { up, cluster } = setup()
      await api().settled()
      const after = await api().head()
      expect(await up.stop()).toEqual({ code: 0, signal: null })
      cluster.proxy.reset()
      await up.mustStart()
      await api().ready(APPLICATIONS, { ms: WAIT })
      const news = await since(after)
      expect(summarize(news.filter(({ type }) => !type.startsWith('Lease')))).toBe('')
      expect(cluster.proxy.writes()).toEqual([])
      const commit = await push({ 'apps/pair/left.yaml': configMap('left', 'six') })
      await api().ready(['pair'], { commit, ms: WAIT })
    },
    SLOW,
  )

  test('the audit log verifies from the first event', async () => {
    await api().settled()
    const verified = await api().call('verifyAudit', {})
    expect(verified).toMatchObject({ good: true, firstBad: 0n })
    expect(verified.size).toBeGreaterThan(began)
    expect((await api().call('listParked', {})).events).toEqual([])
  })
}
