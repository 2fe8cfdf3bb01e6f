// Many applications that are delivered from one repository: how often it is asked.
import { join } from 'node:path'
import { ClusterAccess } from '@tidemark/contracts'
import { commitTo, seedRepository, type Changes } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { openMemoryWorld, startMemoryPlane } from '../../test/rig/plane/memory-plane.ts'
import type { Server } from './server-process.ts'

const CLUSTER = 'bench'
const PROJECT = 'default'
const READY_MS_MAX = 900_000
const COMMIT = {
  message: 'change',
  identity: { name: 'Bench', email: 'bench@example.com' },
  clock: systemClock,
}

export interface ManyOptions {
  /** The folder that the server serves. */
  readonly served: string
  readonly server: Server
  readonly count: number
}

/** Requests of one push that changes every application, until the last one is applied. */
export async function fetchesOfMany({ served, server, count }: ManyOptions): Promise<{
  readonly applications: number
  readonly requests: number
}> {
  const bare = join(served, 'many.git')
  const names = Array.from({ length: count }, (_, number) => `app-${number}`)
  const declared = names.map((name) => kustomization(name)).join('---\n')
  const files = { [`clusters/${CLUSTER}/apps.yaml`]: declared, ...contents(names, 'one') }
  await seedRepository(bare, files, COMMIT)
  await using world = await openMemoryWorld([CLUSTER])
  await using plane = await startMemoryPlane(world)
  const { api } = plane
  const access = ClusterAccess.fromPartial({ kind: { $case: 'sandbox', value: {} } })
  await api.call('registerCluster', {
    cluster: CLUSTER,
    access,
    project: PROJECT,
    labels: [],
    variables: [],
  })
  await api.call('declareRoot', {
    cluster: CLUSTER,
    project: PROJECT,
    url: `${server.url}/many.git`,
    ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
    path: `clusters/${CLUSTER}`,
    intervalMs: 3_600_000n,
    secretName: '',
  })
  await api.ready(names, { ms: READY_MS_MAX })
  const before = await server.requests()
  const commit = await commitTo(bare, contents(names, 'two'), COMMIT)
  await api.call('reconcile', {
    application: '',
    withSource: false,
    reason: '',
    requestId: '',
    source: 'flux-system',
    approvePrune: false,
    rotateGenerated: false,
  })
  await api.ready(names, { commit, ms: READY_MS_MAX })
  return { applications: count, requests: (await server.requests()) - before }
}

function kustomization(name: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 1h
  path: ./apps/${name}
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
`
}

function contents(names: readonly string[], value: string): Changes {
  return Object.fromEntries(
    names.map((name) => [
      `apps/${name}/map.yaml`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {value: ${value}}\n`,
    ]),
  )
}
