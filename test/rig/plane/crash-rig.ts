// A plane that is killed again and again while it is pushed to, and what must hold afterwards.
import { seededRandom } from '@tidemark/kernel/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { temporaryDir } from '../components/child.ts'
import { Up } from './embedded.ts'
import { fileFleet, type Fleet } from './fleet.ts'
import type { Seen } from './plane-api.ts'
import { sandboxCluster, type TestCluster } from './test-cluster.ts'

/** Every place at which the embedded form may be killed on purpose (RELIABILITY 3.8). */
export const CRASH_POINTS = [
  'migrate.before-commit',
  'migrate.after-commit',
  'lease.asked',
  'lease.taken',
  'releaser.snapshot-kept',
  'releaser.snapshot-recorded',
  'gateway.snapshot-kept',
  'gateway.snapshot-recorded',
  'append.before-commit',
  'append.after-commit',
  'gateway.decided',
  'gateway.recorded',
  'fetcher.resolved',
  'fetcher.pack-fetched',
  'fetcher.artifact-kept',
  'fetcher.recorded',
  'releaser.decided',
  'releaser.recorded',
  'renderer.taken',
  'renderer.rendered',
  'renderer.blobs-kept',
  'renderer.recorded',
  'applier.planned',
  'applier.intent-recorded',
  'applier.object-written',
  'applier.applied',
  'applier.written',
  'applier.outcome-recorded',
  'applier.health-recorded',
  'applier.waiting',
  'applier.drift-recorded',
  'applier.drift-written',
  'auditor.tiles-kept',
  'auditor.sealed',
  'auditor.prepared',
  'auditor.signed',
  'auditor.recorded',
] as const

export type CrashPoint = (typeof CRASH_POINTS)[number]

/** One crash that is wished for. */
export interface Wish {
  readonly point: CrashPoint
  /** At the how manieth time that the place is reached. */
  readonly count: number
}

const COUNT_MAX = 6 // A push appends some twenty times: any of them may be the last.
/** How often a place is reached at most, of those that only a start reaches. */
const STARTING: Readonly<Record<string, number>> = {
  'migrate.before-commit': 1,
  'migrate.after-commit': 1,
  'lease.asked': 5,
  'lease.taken': 5,
}

/** Kills at random places; the same seed gives the same. */
export function seededWishes(seed: number, count: number): readonly Wish[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => {
    const which = Math.floor(random.fraction() * CRASH_POINTS.length)
    const point = CRASH_POINTS[which] ?? CRASH_POINTS[0]
    const max = STARTING[point] ?? (point.startsWith('append.') ? COUNT_MAX * 4 : COUNT_MAX)
    return { point, count: 1 + Math.floor(random.fraction() ** 2 * max) }
  })
}

export type Outcome = 'killed-at-start' | 'killed-in-push' | 'not-reached'

const REACH_MS = 25_000 // A push is through in a second; a busy machine may need many.
const PUSH_MS = 1_000 // After so long another push is behind the first, which some places are only reached by.
const LOOK_MS = 50
const LIFT_MS = 500
const ROLLBACK_TURN = 3 // Behind two pushes.
const ROLLED_BACK = 'left'
const READY_MS = 120_000
const MAPS_OF = ['left', 'right'] as const
const NAMES = [...MAPS_OF, 'work'] as const
const MAPS = '/api/v1/namespaces/default/configmaps'
const OWNED = 'kustomize.toolkit.fluxcd.io/name'

/** The plane, its cluster and its repository. The cluster and the repository live on when the plane is killed. */
export class CrashRig implements AsyncDisposable {
  readonly #held: AsyncDisposableStack
  readonly #cluster: TestCluster
  readonly #fleet: Fleet
  readonly #up: Up
  #pushes = 0
  #starts = 0
  #commit = ''

  static async open(): Promise<CrashRig> {
    await using held = new AsyncDisposableStack()
    const dir = temporaryDir('crash')
    held.defer(dir.remove)
    const cluster = held.use(await sandboxCluster(dir.path))
    const fleet = await fileFleet(join(dir.path, 'fleet.git'), { ...DECLARED, ...contents(0) })
    const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1s']
    const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
    // Snapshots so often that a few pushes bring one, and each start begins at one.
    const env = { TIDEMARK_RENDER_PROCESSES: '1', TIDEMARK_SNAPSHOT_EVENTS: '10' }
    const dataDir = join(dir.path, 'data')
    const up = held.use(new Up({ dataDir, args: [...args, ...context], env }))
    return new CrashRig({ held: held.move(), cluster, fleet, up })
  }

  private constructor(parts: {
    readonly held: AsyncDisposableStack
    readonly cluster: TestCluster
    readonly fleet: Fleet
    readonly up: Up
  }) {
    this.#held = parts.held
    this.#cluster = parts.cluster
    this.#fleet = parts.fleet
    this.#up = parts.up
  }

  /**
   * Starts the plane, which recovers from the kill before, and pushes until it dies at the wished place; a
   * rollback comes between pushes. Where the place is not reached, it is killed wherever it is then.
   */
  async crash({ point, count }: Wish): Promise<Outcome> {
    if (!(await this.#up.start({ TIDEMARK_CRASH_AT: `${point}:${count}` })))
      return await this.#died()
    const drifts = point.startsWith('applier.drift-')
    const end = performance.now() + REACH_MS
    await this.#lift()
    for (let turn = 1, next = 0; this.#up.exit === undefined && performance.now() < end;) {
      if (performance.now() >= next) {
        if (turn === ROLLBACK_TURN) await this.#rollBack()
        await this.#push()
        await this.#up.poke(this.#fleet.url).catch(() => undefined) // It may die of it.
        next = performance.now() + PUSH_MS
        turn += 1
      }
      if (drifts) await this.#disturb()
      await Promise.race([this.#up.exited, sleep(LOOK_MS)])
    }
    if (this.#up.exit !== undefined) {
      await this.#died()
      return 'killed-in-push'
    }
    await this.#up.kill()
    return 'not-reached'
  }

  /** Starts the plane in peace, lets it come to rest, and gives all that does not hold. */
  async verify(): Promise<readonly string[]> {
    await this.#up.mustStart()
    this.#starts += 1
    await this.#push()
    const { api } = this.#up
    await this.#lifting(() => api.ready(NAMES, { commit: this.#commit, ms: READY_MS }))
    await this.#rest()
    const audit = await api.call('verifyAudit', {})
    const parked = (await api.call('listParked', {})).events
    const events = await api.events()
    const problems = [
      ...wrongInLog(events),
      ...this.#wrongHolders(events),
      ...(await this.#wrongOnCluster()),
      ...(audit.good ? [] : [`the audit log does not verify: ${audit.message}`]),
      ...parked.map(({ reactor, position, error }) => `${reactor} parked ${position}: ${error}`),
    ]
    await this.#up.kill()
    return problems
  }

  /** What the plane said, for a failure. */
  log(): string {
    return this.#up.log()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync()
  }

  async #died(): Promise<'killed-at-start'> {
    const { signal } = await this.#up.exited
    if (signal !== 'SIGKILL') throw new Error(`it ended by itself:\n${this.log().slice(-4_000)}`)
    await this.#up.kill()
    return 'killed-at-start'
  }

  /** Puts the first release of an application back, perhaps in the middle of an apply; the plane may die of it. */
  async #rollBack(): Promise<void> {
    const request = { application: ROLLED_BACK, number: 1n, reason: 'a bad day', requestId: '' }
    await this.#up.api.call('rollBack', request).catch(() => undefined)
  }

  /** Ends the rollback, where there is one. */
  async #lift(): Promise<void> {
    const request = { application: ROLLED_BACK, reason: 'over', requestId: '' }
    await this.#up.api.call('liftHold', request).catch(() => undefined)
  }

  /** Ends the rollback whenever it shows: right after a start it may not be known to whom we ask. */
  async #lifting(work: () => Promise<unknown>): Promise<void> {
    const done = new AbortController()
    const lifting = (async () => {
      while (!done.signal.aborted) {
        await this.#lift()
        await sleep(LIFT_MS, undefined, { signal: done.signal }).catch(() => undefined)
      }
    })()
    try {
      await work()
    } finally {
      done.abort()
      await lifting
    }
  }

  /** Replaces one object of each application by another: something to create, to change and to prune. */
  async #push(): Promise<void> {
    this.#pushes += 1
    const gone = Object.keys(contents(this.#pushes - 1)).map((path) => [path, undefined] as const)
    const changes = { ...Object.fromEntries(gone), ...contents(this.#pushes) }
    this.#commit = await this.#fleet.push(changes, `push ${this.#pushes}`)
  }

  /** An edit by hand, of whatever is there. */
  async #disturb(): Promise<void> {
    for (const map of await this.#maps())
      await this.#cluster
        .edit(`${MAPS}/${map.name}`, { data: { value: `by hand ${performance.now()}` } })
        .catch(() => undefined) // It may have been pruned meanwhile.
  }

  async #maps(): Promise<readonly { readonly name: string; readonly value: string }[]> {
    const list = await this.#cluster.get(`${MAPS}?labelSelector=${encodeURIComponent(OWNED)}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A list of ConfigMaps.
    const items = (list?.['items'] ?? []) as readonly {
      readonly metadata: { readonly name: string }
      readonly data?: { readonly value?: string }
    }[]
    return items.map(({ metadata, data }) => ({ name: metadata.name, value: data?.value ?? '' }))
  }

  async #rest(): Promise<void> {
    const { api } = this.#up
    for (let quiet = 0, after = await api.head(); quiet < 2;) {
      await sleep(800)
      const news = (await api.events(after)).filter(({ type }) => type !== 'CheckpointSigned')
      quiet = news.length === 0 ? quiet + 1 : 0
      after = await api.head()
    }
  }

  /** Each process that got as far as to work did so under epochs of its own. */
  #wrongHolders(events: readonly Seen[]): readonly string[] {
    const taken = events.filter(({ type }) => type === 'LeaseTaken')
    const holders = new Set(taken.map(({ body }) => String(body['holder'])))
    return holders.size < this.#starts
      ? [`${this.#starts} processes worked, and leases had ${holders.size} holders`]
      : []
  }

  /** Nothing is missing, nothing is left over. */
  async #wrongOnCluster(): Promise<readonly string[]> {
    const found = (await this.#maps()).map(({ name, value }) => `${name}=${value}`).toSorted()
    const wanted = Object.values(mapsOf(this.#pushes))
      .flat()
      .map(({ name, value }) => `${name}=${value}`)
      .toSorted()
    return found.join() === wanted.join()
      ? []
      : [`on the cluster is ${found.join(', ')}; it should be ${wanted.join(', ')}`]
  }
}

interface Entry {
  readonly name: string
  readonly value: string
}

/** What each application consists of after a push: one that stays, one that changes, one that is replaced. */
function mapsOf(push: number): Readonly<Record<(typeof MAPS_OF)[number], readonly Entry[]>> {
  const of = (name: string): readonly Entry[] => [
    { name: `${name}-stays`, value: 'same' },
    { name: `${name}-changes`, value: `v${push}` },
    { name: `${name}-${push}`, value: 'new' },
  ]
  return { left: of('left'), right: of('right') }
}

function contents(push: number): Record<string, string> {
  const files: Record<string, string> = { 'apps/work/deployment.yaml': workload(push) }
  for (const [application, entries] of Object.entries(mapsOf(push)))
    for (const { name, value } of entries)
      files[`apps/${application}/${name}.yaml`] =
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {value: ${value}}\n`
  return files
}

const DECLARED: Readonly<Record<string, string>> = {
  'clusters/test/left.yaml': declared('left', ''),
  'clusters/test/right.yaml': declared('right', '  dependsOn: [{name: left}]\n'),
  'clusters/test/work.yaml': declared('work', ''),
}

/** It takes a moment to be ready: what waits for it may die as well. */
function workload(push: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: work, namespace: default}
spec:
  selector: {matchLabels: {app: work}}
  template:
    metadata: {labels: {app: work}}
    spec:
      containers: [{name: main, image: "example.com/work:${push}"}]
`
}

function declared(name: string, more: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 10m
  retryInterval: 1s
  path: ./apps/${name}
  prune: true
  wait: true
  timeout: 1m
  sourceRef: {kind: GitRepository, name: flux-system}
${more}`
}

/** What may be there once only, by the key that says what it is. */
const ONCE: Readonly<Record<string, readonly string[]>> = {
  RevisionFetched: ['sequence'],
  RevisionAdmitted: ['sequence'],
  RenderRequested: ['request'],
  Rendered: ['request'],
  RenderFailed: ['request'],
  ReleaseCut: ['number'],
  RolloutPlanned: ['rollout'],
  ApplyRequested: ['apply'],
  ApplyFinished: ['apply'],
  LeaseTaken: ['epoch'],
  RolloutCompleted: ['rollout'],
}

/** Those whose numbers have no gaps: 1, 2, 3 in each stream. */
const GAPLESS: ReadonlySet<string> = new Set([
  'RevisionFetched',
  'RenderRequested',
  'ReleaseCut',
  'RolloutPlanned',
  'ApplyRequested',
  'LeaseTaken',
])

/** What must hold of every log, however often its writers died. */
export function wrongInLog(events: readonly Seen[]): readonly string[] {
  const problems: string[] = []
  const versions = new Map<string, bigint>()
  const numbers = new Map<string, number[]>()
  let position = 0n
  for (const event of events) {
    if (event.position !== position + 1n) problems.push(`${event.position} follows ${position}`)
    position = event.position
    const version = versions.get(event.stream) ?? 0n
    if (event.version !== version + 1n)
      problems.push(`${event.stream}: version ${event.version} follows ${version}`)
    versions.set(event.stream, event.version)
    const [field] = ONCE[event.type] ?? []
    if (field === undefined) continue
    const key = `${event.type} of ${event.stream}`
    numbers.set(key, [...(numbers.get(key) ?? []), Number(event.body[field])])
  }
  for (const [key, seen] of numbers) {
    if (new Set(seen).size !== seen.length) problems.push(`twice: ${key}: ${seen.join(' ')}`)
    const [type = ''] = key.split(' ')
    if (GAPLESS.has(type) && seen.some((number, index) => number !== index + 1))
      problems.push(`not in a row: ${key}: ${seen.join(' ')}`)
  }
  return [...problems, ...unintended(events)]
}

/** No outcome without an intent before it, and no apply that was never asked for. */
function unintended(events: readonly Seen[]): readonly string[] {
  const asked = new Set<string>()
  const intended = new Set<string>()
  const problems: string[] = []
  for (const { type, body, position } of events) {
    const key = `${String(body['applicationId'])}/${String(body['apply'])}`
    if (type === 'ApplyRequested') asked.add(key)
    if (type === 'ApplyStarted') intended.add(key)
    if (type === 'ApplyStarted' && !asked.has(key)) problems.push(`${position}: never asked for`)
    if (type === 'ApplyFinished' && !intended.has(key)) problems.push(`${position}: no intent`)
  }
  return problems
}
