import { listAt, numberAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { withConditions, type Condition } from './conditions.ts'
import { templateHash } from './hash.ts'
import { canPull } from './pods.ts'
import { positive, setStatus } from './replicas.ts'
import { isEnding, nameOf, namespaceOf, ownedBy, type World } from './world.ts'

const REVISION = 'deployment.kubernetes.io/revision'
const HASH = 'pod-template-hash'
const SETS = 'apps/replicasets'

/**
 * A Deployment: one ReplicaSet for each template; the new one grows to all replicas, the old ones go once it is
 * ready. Returns after how many milliseconds its progress deadline ends, while it makes no progress.
 */
export function reconcileDeployment(world: World, deployment: JsonObject): number | undefined {
  if (isEnding(deployment)) return undefined
  const spec = objectAt(deployment, 'spec')
  const hash = templateHash(objectAt(spec, 'template'))
  const sets = world.controlled(deployment, SETS)
  const current = sets.find((set) => labelOf(set) === hash)
  const wanted = numberAt(spec, 'replicas') ?? 0
  const revision = revisionFor(sets, current)
  if (current === undefined)
    world.create(SETS, replicaSetOf(deployment, hash, { revision, wanted }))
  else scale(world, current, wanted, revision)
  annotate(world, deployment, revision)
  const ready = readyOf(current)
  const isRecreate = stringAt(objectAt(spec, 'strategy'), 'type') === 'Recreate'
  for (const old of sets) {
    if (old !== current && (isRecreate || ready >= wanted)) scale(world, old, 0)
  }
  dropOldSets(world, deployment, current)
  return report(world, deployment, hash)
}

function labelOf(set: JsonObject): string | undefined {
  return stringAt(objectAt(objectAt(set, 'metadata'), 'labels'), HASH)
}

function revisionOf(object: JsonObject): number {
  return Number(stringAt(objectAt(objectAt(object, 'metadata'), 'annotations'), REVISION) ?? '0')
}

function revisionFor(sets: readonly JsonObject[], current: JsonObject | undefined): number {
  const last = Math.max(0, ...sets.map(revisionOf))
  return current !== undefined && revisionOf(current) === last ? last : last + 1
}

function readyOf(set: JsonObject | undefined): number {
  return numberAt(objectAt(set, 'status'), 'readyReplicas') ?? 0
}

function replicaSetOf(
  deployment: JsonObject,
  hash: string,
  { revision, wanted }: { readonly revision: number; readonly wanted: number },
): JsonObject {
  const spec = objectAt(deployment, 'spec')
  const template = objectAt(spec, 'template')
  const labels = { ...objectAt(objectAt(template, 'metadata'), 'labels'), [HASH]: hash }
  const selector = objectAt(spec, 'selector')
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [ownedBy(deployment)],
    },
    spec: {
      replicas: wanted,
      selector: {
        ...selector,
        matchLabels: { ...objectAt(selector, 'matchLabels'), [HASH]: hash },
      },
      template: withFields(template, { metadata: { ...objectAt(template, 'metadata'), labels } }),
    },
  }
}

function scale(world: World, set: JsonObject, replicas: number, revision?: number): void {
  const spec = objectAt(set, 'spec')
  const hasReplicas = numberAt(spec, 'replicas') === replicas
  if (hasReplicas && (revision === undefined || revisionOf(set) === revision)) return
  world.update(SETS, annotated(withFields(set, { spec: { ...spec, replicas } }), revision))
}

function annotated(object: JsonObject, revision: number | undefined): JsonObject {
  if (revision === undefined) return object
  const metadata = objectAt(object, 'metadata')
  const annotations = { ...objectAt(metadata, 'annotations'), [REVISION]: String(revision) }
  return withFields(object, { metadata: { ...metadata, annotations } })
}

function annotate(world: World, deployment: JsonObject, revision: number): void {
  if (revisionOf(deployment) !== revision) {
    world.update('apps/deployments', annotated(deployment, revision))
  }
}

function dropOldSets(world: World, deployment: JsonObject, current: JsonObject | undefined): void {
  const limit = numberAt(objectAt(deployment, 'spec'), 'revisionHistoryLimit') ?? 10
  const old = world
    .controlled(deployment, SETS)
    .filter((set) => set !== current && (numberAt(objectAt(set, 'status'), 'replicas') ?? 0) === 0)
    .filter((set) => numberAt(objectAt(set, 'spec'), 'replicas') === 0)
    .toSorted((left, right) => revisionOf(left) - revisionOf(right))
  for (const set of old.slice(0, Math.max(0, old.length - limit))) world.delete(SETS, set)
}

function report(world: World, found: JsonObject, hash: string): number | undefined {
  const deployment =
    world.get('apps/deployments', `${namespaceOf(found)}/${nameOf(found)}`) ?? found
  const spec = objectAt(deployment, 'spec')
  const wanted = numberAt(spec, 'replicas') ?? 0
  const sets = world.controlled(deployment, SETS)
  const current = sets.find((set) => labelOf(set) === hash)
  const total = sets.reduce((sum, set) => sum + counted(set, 'replicas'), 0)
  const ready = sets.reduce((sum, set) => sum + counted(set, 'readyReplicas'), 0)
  const updated = counted(current, 'replicas')
  const isComplete = updated === wanted && total === wanted && ready >= wanted
  const progress = progressOf(world, deployment, { current, hash, isComplete })
  const time = world.cluster.time()
  const conditions = withConditions(
    objectAt(deployment, 'status'),
    [availability(ready, wanted), progress.condition],
    { time, withUpdateTime: true },
  )
  setStatus(world, 'apps/deployments', deployment, {
    observedGeneration: numberAt(objectAt(deployment, 'metadata'), 'generation') ?? 1,
    replicas: positive(total),
    updatedReplicas: positive(updated),
    readyReplicas: positive(ready),
    availableReplicas: positive(ready),
    unavailableReplicas: positive(Math.max(wanted, total) - ready),
    terminatingReplicas: 0,
    conditions,
  })
  return progress.dueMs
}

function counted(set: JsonObject | undefined, field: string): number {
  return numberAt(objectAt(set, 'status'), field) ?? 0
}

/** At most a quarter of the replicas may be missing, rounded down: the default of rolling updates. */
function availability(ready: number, wanted: number): Condition {
  const least = wanted - Math.floor(wanted / 4)
  return ready >= least
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
}

interface Progress {
  readonly condition: Condition
  readonly dueMs: number | undefined
}

interface Rollout {
  readonly current: JsonObject | undefined
  readonly hash: string
  readonly isComplete: boolean
}

function progressOf(
  world: World,
  deployment: JsonObject,
  { current, hash, isComplete }: Rollout,
): Progress {
  const name = current === undefined ? `${nameOf(deployment)}-${hash}` : nameOf(current)
  if (isComplete) {
    const message = `ReplicaSet "${name}" has successfully progressed.`
    return { condition: progressing('True', 'NewReplicaSetAvailable', message), dueMs: undefined }
  }
  const seconds = numberAt(objectAt(deployment, 'spec'), 'progressDeadlineSeconds') ?? 600
  const started = Date.parse(
    stringAt(objectAt(current, 'metadata'), 'creationTimestamp') ?? world.cluster.time(),
  )
  const leftMs = started + 1000 * seconds - world.cluster.clock.now()
  if (leftMs <= 0 && !canStart(deployment)) {
    const message = `ReplicaSet "${name}" has timed out progressing.`
    return {
      condition: progressing('False', 'ProgressDeadlineExceeded', message),
      dueMs: undefined,
    }
  }
  const message = `ReplicaSet "${name}" is progressing.`
  return {
    condition: progressing('True', 'ReplicaSetUpdated', message),
    dueMs: Math.max(leftMs, 1),
  }
}

function progressing(status: 'True' | 'False', reason: string, message: string): Condition {
  return { type: 'Progressing', status, reason, message }
}

function canStart(deployment: JsonObject): boolean {
  const podSpec = objectAt(objectAt(objectAt(deployment, 'spec'), 'template'), 'spec')
  return listAt(podSpec, 'containers').every((item) => canPull(stringAt(item, 'image') ?? ''))
}
