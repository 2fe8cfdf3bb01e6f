import {
  equalJson,
  isObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  withFields,
  type JsonObject,
} from '../json.ts'
import { isPodReady, podOf } from './pods.ts'
import { isEnding, nameOf, type World } from './world.ts'

/** More Pods of one owner are not made: a sandbox shows rollouts, not load. */
const REPLICAS_MAX = 500

/** A ReplicaSet: as many Pods as it wants, and a status that counts them. */
export function reconcileReplicaSet(world: World, set: JsonObject): void {
  const spec = objectAt(set, 'spec')
  const wanted = isEnding(set) ? 0 : Math.min(numberAt(spec, 'replicas') ?? 0, REPLICAS_MAX)
  const pods = world.controlled(set, '/pods').filter((pod) => !isEnding(pod))
  for (let count = pods.length; count < wanted; count += 1) {
    world.create('/pods', podOf(world, set, objectAt(spec, 'template'), {}))
  }
  // Those that are not ready go first, as in a real cluster.
  const spare = pods.toSorted((left, right) => Number(isPodReady(left)) - Number(isPodReady(right)))
  for (const pod of spare.slice(0, Math.max(0, pods.length - wanted))) world.delete('/pods', pod)
  const left = world.controlled(set, '/pods')
  const ready = left.filter(isPodReady).length
  setStatus(world, 'apps/replicasets', set, {
    replicas: left.length,
    fullyLabeledReplicas: left.length === 0 ? undefined : left.length,
    readyReplicas: ready === 0 ? undefined : ready,
    availableReplicas: ready === 0 ? undefined : ready,
    terminatingReplicas: 0,
    observedGeneration: numberAt(objectAt(set, 'metadata'), 'generation') ?? 1,
  })
}

/** A StatefulSet: Pods with ordinals, claims of its templates, one revision. */
export function reconcileStatefulSet(world: World, set: JsonObject, revision: string): void {
  const spec = objectAt(set, 'spec')
  const wanted = isEnding(set) ? 0 : Math.min(numberAt(spec, 'replicas') ?? 0, REPLICAS_MAX)
  const isParallel = stringAt(spec, 'podManagementPolicy') === 'Parallel'
  const pods = world.controlled(set, '/pods')
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
    const pod = pods.find((candidate) => ordinalOf(candidate, set) === ordinal)
    const isReady = reconcileOrdinal(world, set, { pod, ordinal, revision })
    // In order: the next one waits for this one.
    if (!isParallel && !isReady) break
  }
  for (const pod of pods) {
    if (ordinalOf(pod, set) >= wanted) world.delete('/pods', pod)
  }
  reportStatefulSet(world, set, { wanted, revision })
}

interface Ordinal {
  readonly pod: JsonObject | undefined
  readonly ordinal: number
  readonly revision: string
}

/** Makes the Pod of an ordinal, anew when it is of an older revision; is it ready? */
function reconcileOrdinal(
  world: World,
  set: JsonObject,
  { pod, ordinal, revision }: Ordinal,
): boolean {
  if (pod !== undefined && revisionOf(pod) === revision) return isPodReady(pod)
  if (pod !== undefined) world.delete('/pods', pod)
  createOrdinal(world, set, { name: `${nameOf(set)}-${ordinal}`, ordinal, revision })
  return false
}

function reportStatefulSet(
  world: World,
  set: JsonObject,
  { wanted, revision }: { readonly wanted: number; readonly revision: string },
): void {
  const left = world.controlled(set, '/pods')
  const updated = left.filter((pod) => revisionOf(pod) === revision).length
  const ready = left.filter(isPodReady).length
  const before = stringAt(objectAt(set, 'status'), 'currentRevision')
  const isDone = updated === wanted && ready === wanted
  setStatus(world, 'apps/statefulsets', set, {
    observedGeneration: numberAt(objectAt(set, 'metadata'), 'generation') ?? 1,
    replicas: left.length,
    readyReplicas: positive(ready),
    currentReplicas: isDone ? positive(updated) : undefined,
    updatedReplicas: positive(updated),
    availableReplicas: ready,
    currentRevision: isDone ? revision : (before ?? revision),
    updateRevision: revision,
    collisionCount: 0,
  })
}

const REVISION_LABEL = 'controller-revision-hash'

function revisionOf(pod: JsonObject): string | undefined {
  return stringAt(objectAt(objectAt(pod, 'metadata'), 'labels'), REVISION_LABEL)
}

function ordinalOf(pod: JsonObject, set: JsonObject): number {
  return Number(nameOf(pod).slice(nameOf(set).length + 1))
}

function createOrdinal(
  world: World,
  set: JsonObject,
  {
    name,
    ordinal,
    revision,
  }: { readonly name: string; readonly ordinal: number; readonly revision: string },
): void {
  const spec = objectAt(set, 'spec')
  const namespace = stringAt(objectAt(set, 'metadata'), 'namespace') ?? ''
  for (const claim of listAt(spec, 'volumeClaimTemplates').filter(isObject)) {
    const metadata = withFields(objectAt(claim, 'metadata'), {
      name: `${nameOf(claim)}-${name}`,
      namespace,
      labels: {
        ...objectAt(objectAt(spec, 'selector'), 'matchLabels'),
        ...objectAt(objectAt(claim, 'metadata'), 'labels'),
      },
    })
    world.create('/persistentvolumeclaims', withFields(claim, { metadata, status: undefined }))
  }
  const labels = {
    [REVISION_LABEL]: revision,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  }
  world.create('/pods', podOf(world, set, objectAt(spec, 'template'), { name, labels }))
}

/** A DaemonSet: one Pod on the one node. */
export function reconcileDaemonSet(world: World, set: JsonObject, revision: string): void {
  const spec = objectAt(set, 'spec')
  const wanted = isEnding(set) ? 0 : 1
  const pods = world.controlled(set, '/pods')
  const current = pods.filter((pod) => revisionOf(pod) === revision)
  for (const pod of pods) {
    if (wanted === 0 || revisionOf(pod) !== revision) world.delete('/pods', pod)
  }
  if (current.length < wanted) {
    const labels = { [REVISION_LABEL]: revision }
    world.create('/pods', podOf(world, set, objectAt(spec, 'template'), { labels }))
  }
  const left = world.controlled(set, '/pods')
  const ready = left.filter(isPodReady).length
  const unavailable = wanted - ready
  setStatus(world, 'apps/daemonsets', set, {
    observedGeneration: numberAt(objectAt(set, 'metadata'), 'generation') ?? 1,
    currentNumberScheduled: left.length,
    desiredNumberScheduled: wanted,
    numberMisscheduled: 0,
    numberReady: ready,
    updatedNumberScheduled: left.length === 0 ? undefined : left.length,
    numberAvailable: ready === 0 ? undefined : ready,
    numberUnavailable: unavailable === 0 ? undefined : unavailable,
  })
}

/** A count as Go's status types show it: zero is left out. */
export function positive(count: number): number | undefined {
  return count > 0 ? count : undefined
}

/** Writes the counts of a status, and keeps what else is in it. Equal counts are not written. */
export function setStatus(
  world: World,
  storageKey: string,
  object: JsonObject,
  changes: Parameters<typeof withFields>[1],
): void {
  const before = objectAt(object, 'status')
  const next = withFields(before, changes)
  if (!equalJson(before, next)) world.setStatus(storageKey, object, next)
}
