import {
  isObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  withFields,
  type JsonObject,
} from '../json.ts'
import { randomSuffix } from '../write/names.ts'
import { withConditions } from './conditions.ts'
import { isEnding, nameOf, namespaceOf, ownedBy, type World } from './world.ts'

/** How long the simulated kubelet takes, in milliseconds. */
export interface Timing {
  /** From the creation of a Pod to its first report. */
  readonly startMs: number
  /** From start to the end of a container of a Job. */
  readonly jobMs: number
}

const NODE = 'sandbox-node'
const HOST_IP = '192.0.2.1' // TEST-NET-1 (RFC 5737): it is nobody's.

/** A Pod of a template, owned by what runs it. */
export function podOf(
  world: World,
  owner: JsonObject,
  template: JsonObject,
  more: { readonly name?: string; readonly labels?: JsonObject },
): JsonObject {
  const metadata = objectAt(template, 'metadata')
  const name = more.name ?? `${nameOf(owner)}-${randomSuffix(world.cluster.random)}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: withFields(metadata, {
      name,
      generateName: more.name === undefined ? `${nameOf(owner)}-` : undefined,
      namespace: namespaceOf(owner),
      labels: { ...objectAt(metadata, 'labels'), ...more.labels },
      ownerReferences: [ownedBy(owner)],
    }),
    spec: { ...objectAt(template, 'spec'), nodeName: NODE },
  }
}

/** The simulated kubelet: a Pod starts, or says why its image can't be pulled; a Pod of a Job ends. */
export function reconcilePod(world: World, pod: JsonObject, timing: Timing): number | undefined {
  const status = objectAt(pod, 'status')
  const phase = stringAt(status, 'phase')
  if (isEnding(pod) || phase === 'Succeeded' || phase === 'Failed') return undefined
  const now = world.cluster.clock.now()
  const created = Date.parse(stringAt(objectAt(pod, 'metadata'), 'creationTimestamp') ?? '')
  const isReported = status['startTime'] !== undefined
  if (!isReported) {
    const due = startOf(world, pod, timing)
    if (now < due) return due - now
    world.setStatus('/pods', pod, startedStatus(world, pod))
    return undefined
  }
  const restarts = stringAt(objectAt(pod, 'spec'), 'restartPolicy') === 'Always'
  if (restarts || phase !== 'Running') return undefined
  const end = created + timing.startMs + timing.jobMs
  if (now < end) return end - now
  world.setStatus('/pods', pod, endedStatus(world, pod))
  return undefined
}

const firstSeen = new WeakMap<World, Map<string, number>>()

/** Creation times have whole seconds only; a Pod starts some milliseconds after it was first seen. */
function startOf(world: World, pod: JsonObject, timing: Timing): number {
  const seen = firstSeen.get(world) ?? new Map<string, number>()
  firstSeen.set(world, seen)
  const uid = stringAt(objectAt(pod, 'metadata'), 'uid') ?? ''
  const first = seen.get(uid) ?? world.cluster.clock.now()
  seen.set(uid, first)
  const due = first + timing.startMs
  if (world.cluster.clock.now() >= due) seen.delete(uid)
  return due
}

function startedStatus(world: World, pod: JsonObject): JsonObject {
  const time = world.cluster.time()
  const containers = listAt(objectAt(pod, 'spec'), 'containers').filter(isObject)
  const statuses = containers.map((container) => containerStatus(container, time))
  const isReady = statuses.every((item) => item['ready'] === true)
  const status = objectAt(pod, 'status')
  const waiting = containers.filter((_container, index) => statuses[index]?.['ready'] !== true)
  const names = waiting.map((container) => stringAt(container, 'name') ?? '').join(' ')
  const unready = { status: 'False', reason: 'ContainersNotReady' } as const
  const readiness = isReady
    ? ({ status: 'True', reason: '', message: '' } as const)
    : { ...unready, message: `containers with unready status: [${names}]` }
  const done = { status: 'True', reason: '', message: '' } as const
  const conditions = withConditions(
    status,
    [
      { type: 'PodReadyToStartContainers', ...done },
      { type: 'Initialized', ...done },
      { type: 'Ready', ...readiness },
      { type: 'ContainersReady', ...readiness },
      { type: 'PodScheduled', ...done },
    ],
    { time, withUpdateTime: false },
  )
  const ip = podAddress(world)
  return {
    ...status,
    observedGeneration: numberAt(objectAt(pod, 'metadata'), 'generation') ?? 1,
    phase: isReady ? 'Running' : 'Pending',
    conditions,
    hostIP: HOST_IP,
    hostIPs: [{ ip: HOST_IP }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: time,
    containerStatuses: statuses,
  }
}

function podAddress(world: World): string {
  const [high = 0, low = 0] = world.cluster.random.bytes(2)
  return `10.244.${high}.${low}`
}

function containerStatus(container: JsonObject, time: string): JsonObject {
  const image = stringAt(container, 'image') ?? ''
  const name = stringAt(container, 'name') ?? ''
  const common = { image, imageID: '', name, restartCount: 0 }
  if (!canPull(image)) {
    const message = `Back-off pulling image "${image}": ErrImagePull: failed to pull and unpack image "${image}": not found`
    const waiting = { reason: 'ImagePullBackOff', message }
    return { ...common, lastState: {}, ready: false, started: false, state: { waiting } }
  }
  const running = { startedAt: time }
  return { ...common, lastState: {}, ready: true, started: true, state: { running } }
}

/**
 * Every image can be pulled but those that say they can't: the tag `does-not-exist`, and registries under the name
 * `invalid`, which never resolves (RFC 6761).
 */
export function canPull(image: string): boolean {
  const host = image.includes('/') ? (image.split('/')[0] ?? '') : ''
  const bare = host.split(':')[0] ?? ''
  const isInvalid = bare === 'invalid' || bare.endsWith('.invalid')
  return !isInvalid && !image.endsWith(':does-not-exist')
}

function endedStatus(world: World, pod: JsonObject): JsonObject {
  const time = world.cluster.time()
  const status = objectAt(pod, 'status')
  const startedAt = stringAt(status, 'startTime') ?? time
  const terminated = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: time }
  const statuses = listAt(status, 'containerStatuses')
    .filter(isObject)
    .map((item) => withFields(item, { ready: false, started: false, state: { terminated } }))
  const completed = { status: 'False', reason: 'PodCompleted', message: '' } as const
  const conditions = withConditions(
    status,
    [
      { type: 'Ready', ...completed },
      { type: 'ContainersReady', ...completed },
    ],
    { time, withUpdateTime: false },
  )
  return { ...status, phase: 'Succeeded', conditions, containerStatuses: statuses }
}

export function isPodReady(pod: JsonObject): boolean {
  const conditions = listAt(objectAt(pod, 'status'), 'conditions')
  return conditions.some(
    (item) => stringAt(item, 'type') === 'Ready' && stringAt(item, 'status') === 'True',
  )
}
