import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { CLUSTER } from '../rig/components/cluster.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { eventually, type PlaneApi } from '../rig/plane/plane-api.ts'
import { openPlatformFleet, PLATFORM_COMPONENTS } from '../rig/plane/platform-fleet.ts'
import { HAS_PODINFO, podinfoFiles } from '../rig/plane/podinfo.ts'
import { byPath, type ByPath } from '../rig/plane/test-cluster.ts'
import { application } from './fleet-files.ts'
import { realSetup } from './setup.ts'

const SLOW = 600_000 // Real components on a machine that may be busy; nothing waits for it to pass.
const WAIT = 240_000 // Less, so that what was missing is told.

/** A plane on a real cluster, fed with the sample from a Git server over HTTP. */
interface Plane extends AsyncDisposable {
  readonly api: () => PlaneApi
  readonly cluster: ByPath
  /** Pushes, and says so by webhook. Gives the commit. */
  readonly push: (changes: Readonly<Record<string, string | undefined>>) => Promise<string>
  readonly git: { stop(): Promise<void>; start(): Promise<void> }
}

const APPS = '/apis/apps/v1/namespaces/default/deployments/podinfo'
const SERVICE = '/api/v1/namespaces/default/services/podinfo'
const SCALER = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/podinfo'
const IMAGE = 'ghcr.io/stefanprodan/podinfo:6.14.1'

function files(): Record<string, string> {
  return {
    'clusters/test/podinfo.yaml': application(
      'podinfo',
      '  wait: true\n  targetNamespace: default\n',
    ),
    ...podinfoFiles('apps/podinfo'),
  }
}

/** The file of the sample, with another text in one place. */
function changed(name: string, from: string, to: string): Record<string, string> {
  const path = `apps/podinfo/${name}`
  const text = files()[path] ?? ''
  expect(text).toContain(from)
  return { [path]: text.replace(from, to) }
}

async function embedded(): Promise<Plane> {
  const setup = await realSetup(files())
  const { up, fleet, cluster, server } = setup
  return {
    api: () => up.api,
    cluster,
    git: server,
    push: async (changes) => {
      const commit = await fleet.push(changes)
      expect(await up.poke(fleet.url)).toBe(202)
      return commit
    },
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  }
}

async function platform(): Promise<Plane> {
  const fleet = await openPlatformFleet({ files: files(), cluster: 'with-workloads' })
  try {
    await fleet.startAll()
    await fleet.startAll() // Two copies of each.
    await fleet.declare()
  } catch (error) {
    await fleet[Symbol.asyncDispose]()
    throw error
  }
  return {
    api: () => fleet.api(),
    cluster: byPath(fleet.proxy),
    git: fleet.git,
    push: async (changes) => {
      const commit = await fleet.push(changes, 'change')
      expect(await fleet.poke()).toBe(202)
      return commit
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  }
}

const SKIPPED = HAS_PODINFO ? '' : ' (skipped: set TIDEMARK_SHARED)'

describe.skipIf(!HAS_PODINFO)(`the sample podinfo-kustomize on a real API server${SKIPPED}`, () => {
  describeWith([...CLUSTER, 'git'], 'one process on PGlite', () => {
    lifeOfPodinfo(embedded)
  })
  describeWith([...CLUSTER, ...PLATFORM_COMPONENTS], 'seven processes, two of each', () => {
    lifeOfPodinfo(platform)
  })
})

// Each test goes on where the one before it ended.
function lifeOfPodinfo(open: () => Promise<Plane>): void {
  let opened: Plane | undefined
  const plane = (): Plane => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }
  beforeAll(async () => {
    opened = await open()
  }, SLOW)
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]()
  }, SLOW)

  /** Pushes, and waits until it runs. */
  const deliver = async (changes: Readonly<Record<string, string | undefined>>): Promise<void> => {
    const commit = await plane().push(changes)
    await plane().api().ready(['podinfo'], { commit, ms: WAIT })
  }
  const shows = (path: string, text: string): Promise<void> =>
    eventually(
      async () => {
        const object = JSON.stringify((await plane().cluster.get(path)) ?? {})
        return object.includes(text) ? undefined : `it is ${object}`
      },
      { ms: WAIT, what: `${text} at ${path}` },
    )
  const withoutScaler = {
    'apps/podinfo/hpa.yaml': undefined,
    'apps/podinfo/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml, service.yaml]\n',
  }

  test(
    'it is applied, and its pods are waited for',
    async () => {
      await plane().api().ready(['flux-system', 'podinfo'], { ms: WAIT })
      expect(await plane().cluster.get(APPS)).toMatchObject({
        spec: { template: { spec: { containers: [{ image: IMAGE }] } } },
        status: {
          conditions: expect.arrayContaining([
            expect.objectContaining({ type: 'Available', status: 'True' }),
          ]),
        },
      })
      expect(await plane().cluster.get(SERVICE)).toMatchObject({ spec: { type: 'ClusterIP' } })
      expect(await plane().cluster.get(SCALER)).toMatchObject({ spec: { maxReplicas: 4 } })
    },
    SLOW,
  )

  test(
    'a second push is rolled out',
    async () => {
      await deliver(changed('deployment.yaml', '#34577c', '#ff0000'))
      expect(JSON.stringify(await plane().cluster.get(APPS))).toContain('#ff0000')
    },
    SLOW,
  )

  test(
    'what Git no longer has is pruned',
    async () => {
      await deliver(withoutScaler)
      expect(await plane().cluster.get(SCALER)).toBeUndefined()
      expect(await plane().cluster.get(SERVICE)).toBeDefined()
    },
    SLOW,
  )

  test(
    'an edit by hand is corrected',
    async () => {
      await plane().api().settled()
      const after = await plane().api().head()
      const containers = [{ name: 'podinfod', image: 'example.com/by-hand:1' }]
      await plane().cluster.edit(APPS, { spec: { template: { spec: { containers } } } })
      await plane().api().event('DriftCorrected', { after, ms: WAIT })
      await shows(APPS, IMAGE)
      expect(JSON.stringify(await plane().cluster.get(APPS))).not.toContain('by-hand')
    },
    SLOW,
  )

  test(
    'the first release is put back while the Git server is down, and newer ones follow when it is lifted',
    async () => {
      const { api, git, cluster } = plane()
      await git.stop()
      await api().call('rollBack', {
        application: 'podinfo',
        number: 1n,
        reason: 'bad day',
        requestId: '',
      })
      await shows(APPS, '#34577c')
      await shows(SCALER, '"maxReplicas":4')
      await git.start()
      await plane().api().settled()
      expect(JSON.stringify(await cluster.get(APPS))).toContain('#34577c')
      await api().call('liftHold', { application: 'podinfo', reason: 'over', requestId: '' })
      await shows(APPS, '#ff0000')
    },
    SLOW,
  )

  test(
    'a broken commit leaves the last good release running, and names file and line',
    async () => {
      const { api, cluster } = plane()
      const after = await api().head()
      await plane().push(changed('service.yaml', '  type: ClusterIP', '  type: [ClusterIP'))
      const failed = await api().event('RenderFailed', { after, ms: WAIT })
      expect(failed.body).toMatchObject({ file: 'apps/podinfo/service.yaml' })
      expect(Number(failed.body['line'])).toBeGreaterThan(5)
      expect(await cluster.get(SERVICE)).toMatchObject({ spec: { type: 'ClusterIP' } })
      expect(JSON.stringify(await cluster.get(APPS))).toContain('#ff0000')
      await deliver(changed('service.yaml', 'port: 9898', 'port: 9897'))
      await shows(SERVICE, '"port":9897')
    },
    SLOW,
  )
}
