// A plane in memory over one repository of files, delivered to sandbox clusters. Cheap: most of what Flux's kinds do shows here.
import { ClusterAccess } from '@tidemark/contracts'
import { commitTo, seedRepository } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  openMemoryWorld,
  startMemoryPlane,
  type MemoryPlane,
  type MemoryWorld,
} from './memory-plane.ts'
import { eventually, type PlaneApi } from './plane-api.ts'
import type { KubeJson } from './test-cluster.ts'

const COMMIT = {
  message: 'files',
  identity: { name: 'Walker', email: 'walker@example.com' },
  clock: systemClock,
}
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } }
const WAIT_MS = 60_000

export interface MemoryFleet extends AsyncDisposable {
  readonly world: MemoryWorld
  readonly plane: MemoryPlane
  readonly api: PlaneApi
  /** Commits files and has them fetched; gives the head of the log before that. */
  change(files: Readonly<Record<string, string | undefined>>): Promise<bigint>
  /** A request to the API server of a cluster, past Tidemark; `dev` is the first. */
  ask(method: string, path: string, body?: unknown, cluster?: string): Promise<KubeJson | undefined>
  /** Waits until what stands at a path is as it should be. */
  until(path: string, is: (object: KubeJson | undefined) => boolean): Promise<KubeJson | undefined>
}

/** `clusters/dev` of the files is the root of the cluster `dev`; other clusters are registered and get nothing. */
export async function openMemoryFleet(
  files: Readonly<Record<string, string>>,
  others: readonly string[] = [],
): Promise<MemoryFleet> {
  await using held = new AsyncDisposableStack()
  const world = held.use(await openMemoryWorld(['dev', ...others]))
  const repository = join(world.path, 'fleet.git')
  await seedRepository(repository, files, COMMIT)
  const plane = held.use(await startMemoryPlane(world))
  const { api } = plane
  const ask: MemoryFleet['ask'] = async (method, path, body, cluster = 'dev') => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const answer = await fetch(`${world.sandbox.url(cluster)}${path}`, {
      method,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The API server answers with objects.
    const object = (await answer.json()) as KubeJson
    if (answer.ok) return object
    if (answer.status === 404) return undefined
    throw new Error(`${method} ${path}: ${JSON.stringify(object)}`)
  }
  const access = ClusterAccess.fromPartial({ kind: { $case: 'sandbox', value: {} } })
  for (const cluster of ['dev', ...others]) {
    const registration = { cluster, access, project: 'default', labels: [], variables: [] }
    await api.call('registerCluster', registration)
    await ask('POST', '/api/v1/namespaces', NAMESPACE, cluster)
  }
  await api.call('declareRoot', {
    cluster: 'dev',
    project: 'default',
    url: pathToFileURL(repository).href,
    ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
    path: 'clusters/dev',
    intervalMs: 3_600_000n,
    secretName: '',
  })
  const owned = held.move()
  return {
    world,
    plane,
    api,
    ask,
    change: async (changed) => {
      const before = await api.head()
      await commitTo(repository, changed, COMMIT)
      await api.call('reconcile', {
        application: '',
        withSource: false,
        reason: '',
        requestId: '',
        source: 'flux-system',
        approvePrune: false,
        rotateGenerated: false,
      })
      return before
    },
    until: async (path, is) => {
      let seen: KubeJson | undefined
      await eventually(
        async () => {
          seen = await ask('GET', path)
          return is(seen) ? undefined : `it is ${JSON.stringify(seen)}`
        },
        { ms: WAIT_MS, what: path },
      )
      return seen
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A Kustomization of the fleet's own repository, in `flux-system`; `spec` is YAML, two spaces in. */
export function kustomization(name: string, spec: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
${spec}`
}
