import {
  INPUT_FAMILIES,
  inputId,
  inputOf,
  type ClusterRegistered,
  type EventOf,
  type FamilyName,
  type Recorded,
} from '@tidemark/contracts'
import type { Clock } from '@tidemark/kernel'
import { KubeClient, type ClusterAccess } from '@tidemark/kube'
import { parseJson, type JsonObject, type KeyedDigest } from '@tidemark/manifests'
import {
  backoffMs,
  causeOf,
  foldHandled,
  KeyedQueue,
  KnownInputs,
  runReactor,
  type Surroundings,
} from '@tidemark/service'
import { Calm } from '../domain/calm.ts'
import type { Releases } from '../ports.ts'
import { advanceRelease, type AdvanceDeps } from '../steps/advance-release.ts'
import { applyRelease, type AppliedRelease } from '../steps/apply-release.ts'
import { correctDrift } from '../steps/correct-drift.ts'
import { DEPLOYMENT_FAMILIES, Deployments } from '../steps/deployments.ts'
import { isHelmRelease } from '../steps/deps.ts'
import { HelmMemory } from '../steps/helm-run.ts'
import { Overseer } from '../steps/oversee.ts'
import { pruneLate } from '../steps/prune-late.ts'
import { Changes } from './changes.ts'
import type { Connection } from './connection.ts'
import { InputWatches, inputSteps } from './watch-inputs.ts'
import { KubeWatchedCluster } from './watched-cluster.ts'

// Worked on at once. Each waits for commits and blobs between its requests, and the client has eight
// connections: with fewer in hand these stand still (bench/push).
const APPLICATIONS_MAX = 32
const SETTLE_MS = 20 // Changes that come together are looked at once.
const TICK_MS = 1_000
const FIELD_MANAGER = 'tidemark'
const FOLDED: ReadonlySet<FamilyName> = new Set([...DEPLOYMENT_FAMILIES, ...INPUT_FAMILIES])

export interface RunClusterOptions {
  readonly surroundings: Surroundings
  readonly registered: ClusterRegistered
  readonly access: ClusterAccess
  readonly epoch: bigint
  readonly keyed: KeyedDigest
  readonly connection: Connection
}

/** Looks after one cluster until the signal: applies what is asked for, and keeps it so. */
export async function runCluster(options: RunClusterOptions, signal: AbortSignal): Promise<void> {
  const { surroundings, registered } = options
  const name = registered.cluster
  const deployments = new Deployments(name)
  const inputs = new KnownInputs()
  const fold = (recorded: Recorded): void => {
    deployments.fold(placed(recorded))
    if (inputOf(recorded.event)?.cluster === name) inputs.fold(recorded)
  }
  const handled = { cursor: `applier-${name}`, writer: 'applier', families: FOLDED } as const
  await foldHandled(surroundings.store, handled, fold, signal)
  const changes = new Changes()
  await using cluster = openCluster(options, changes)
  const deps = depsOf(options, { deployments, cluster })
  await using watches = new InputWatches({ ...deps, client: cluster.client, inputs })
  for (const { ref, requested } of inputs.all()) if (requested) watches.begin(ref)
  const overseer = new Overseer(deps)
  const queue = new KeyedQueue(APPLICATIONS_MAX)
  const inTurn = (id: string, job: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push(id, () => job().then(resolve, reject))
    })
  await Promise.all([
    keepWatch({ deps, overseer, changes, calm: new Calm(), inTurn }, signal),
    runReactor(
      surroundings,
      {
        name: `applier-${name}`,
        writer: 'applier',
        concurrency: APPLICATIONS_MAX,
        keyOf: (recorded) => keyOf(recorded, name),
        observe: fold,
        steps: {
          ApplyRequested: (recorded, ending) =>
            inTurn(recorded.event.value.applicationId, async () => {
              const { applicationId } = recorded.event.value
              const applied = await answer(deps, recorded, ending)
              if (applied !== undefined) overseer.know(applicationId, applied)
              changes.add(applicationId)
            }),
          ...inputSteps(watches, inputs),
        },
      },
      signal,
    ),
  ])
}

function depsOf(
  { surroundings, registered, epoch }: RunClusterOptions,
  { deployments, cluster }: Pick<AdvanceDeps, 'deployments' | 'cluster'>,
): AdvanceDeps {
  return {
    surroundings,
    deployments,
    cluster,
    name: registered.cluster,
    project: registered.project,
    epoch,
    releases: blobReleases(surroundings),
    memory: new HelmMemory(),
  }
}

/** Goes on with a HelmRelease: what waits is looked at again each second, and holds no worker. */
async function answer(
  deps: AdvanceDeps,
  recorded: Recorded<EventOf<'ApplyRequested'>>,
  signal: AbortSignal,
): Promise<AppliedRelease | undefined> {
  const { value } = recorded.event
  if (!isHelmRelease(value)) return applyRelease(deps, recorded, signal)
  const advanced = await advanceRelease(deps, value.applicationId, signal)
  return advanced === 'waiting' ? undefined : advanced
}

function keyOf(recorded: Recorded, cluster: string): string | undefined {
  const input = inputOf(recorded.event)
  if (input?.cluster === cluster) return inputId(input)
  const { type, value } = recorded.event
  return type === 'ApplyRequested' && value.cluster === cluster ? value.applicationId : undefined
}

function placed(recorded: Recorded): Parameters<Deployments['fold']>[0] {
  const { stream, stored, event: value } = recorded
  const atMs = Number(stored.atUs / 1000n)
  return { stream, version: stored.version, event: value, atMs, cause: causeOf(recorded) }
}

interface Keeping {
  readonly deps: AdvanceDeps
  readonly overseer: Overseer
  readonly changes: Changes
  readonly calm: Calm
  readonly inTurn: (id: string, job: () => Promise<void>) => Promise<void>
}

/** Looks at each deployment when something of it has changed, and at those that wait, each second. */
async function keepWatch(keeping: Keeping, signal: AbortSignal): Promise<void> {
  const { deps, overseer, changes } = keeping
  const { clock, crashPoints } = deps.surroundings
  for (const { id } of deps.deployments.all()) changes.add(id)
  while (!signal.aborted) {
    using tick = clock.deadline(TICK_MS, signal)
    const isWaiting = overseer.waiting().length > 0 || deps.memory.waiting().length > 0
    if (isWaiting) crashPoints.at('applier.waiting')
    await changes.next(isWaiting ? tick.signal : signal)
    await clock.sleep(SETTLE_MS, signal)
    if (signal.aborted) return
    const waiting = [...overseer.waiting(), ...deps.memory.waiting()]
    const ids = [...changes.take(), ...waiting].map(
      (id) => overseer.ownerOf(id) ?? deps.memory.waiterFor(id) ?? id,
    )
    for (const id of new Set(ids)) void lookAfter(keeping, id, signal)
  }
}

async function lookAfter(
  { deps, overseer, changes, calm, inTurn }: Keeping,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, log } = deps.surroundings
  try {
    const { memory } = deps
    const waited = overseer.isWaiting(id) || memory.isWaiting(id)
    await inTurn(id, async () => {
      if ((await advanceRelease(deps, id, signal)) === 'waiting') return
      if ((await overseer.look(id, signal)) === 'in-sync') {
        await pruneLate(deps, id, signal)
        return
      }
      const waitMs = calm.waitMs(id, clock.monotonic())
      if (waitMs > 0) {
        lookLater({ clock, changes, id, waitMs }, signal)
        return
      }
      calm.corrected(id, clock.monotonic())
      await correctDrift(deps, id, signal)
      // What was written is known already, so no watch tells of it: the health is looked at here.
      await overseer.look(id, signal)
    })
    // The loop sleeps without a tick while nothing waits: what waits from now on has to wake it.
    if (!waited && (overseer.isWaiting(id) || memory.isWaiting(id))) changes.wake()
  } catch (error) {
    if (signal.aborted) return
    log.warn('cannot look after it; trying again', { id, error: String(error) })
    await clock.sleep(TICK_MS + backoffMs(3, random), signal)
    changes.add(id)
  }
}

function lookLater(
  {
    clock,
    changes,
    id,
    waitMs,
  }: {
    readonly clock: Clock
    readonly changes: Changes
    readonly id: string
    readonly waitMs: number
  },
  signal: AbortSignal,
): void {
  void clock.sleep(waitMs, signal).then(() => changes.add(id))
}

function openCluster(
  { surroundings, registered, access, keyed, connection }: RunClusterOptions,
  changes: Changes,
): KubeWatchedCluster {
  const { clock, random, log } = surroundings
  const client = new KubeClient({ cluster: registered.cluster, access, clock, random })
  return new KubeWatchedCluster({
    client,
    clock,
    random,
    log,
    fieldManager: FIELD_MANAGER,
    keyed,
    onChange: (id) => changes.add(id),
    afterWrite: () => surroundings.crashPoints.at('applier.object-written'),
    onReachable: (reachable, message) => {
      void connection.tell(reachable, message)
    },
  })
}

function blobReleases({ blobs }: Surroundings): Releases {
  return {
    objects: async (blob) => {
      const parsed = parseJson(Buffer.from(await blobs.get(blob)).toString('utf8'))
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The renderer wrote a list of objects there.
      return parsed as unknown as readonly JsonObject[]
    },
    helm: (blob) => blobs.get(blob),
  }
}
