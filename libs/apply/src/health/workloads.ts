import { type JsonObject, textField } from '@tidemark/manifests'

import { condition, isTrue, numberAt, statusConditions } from './conditions.ts'
import type { Health } from './health.ts'

/** A count that has to reach another before a workload is healthy. */
interface Step {
  readonly what: string
  readonly is: number
  readonly of: number
}

export function deploymentHealth(live: JsonObject): Health {
  const progressing = condition(live, 'Progressing')
  const reason = textField(progressing, 'reason')
  if (reason === 'ProgressDeadlineExceeded')
    return {
      kind: 'failed',
      message: `the deadline for progress has passed: ${textField(progressing, 'message') ?? ''}`,
    }
  const wanted = numberAt(live, 1, 'spec', 'replicas')
  const [total, updated, ready, available] = counts(live, [
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
  ])
  const waiting =
    firstShort([
      { what: 'replicas', is: total, of: wanted },
      { what: 'updated', is: updated, of: wanted },
    ]) ??
    tooMany(total - updated) ??
    firstShort([
      { what: 'available', is: available, of: updated },
      { what: 'ready', is: ready, of: wanted },
    ])
  if (waiting !== undefined) return waiting
  // Without a deadline the controller writes no Progressing condition.
  const hasDeadline = numberAt(live, NO_DEADLINE, 'spec', 'progressDeadlineSeconds') !== NO_DEADLINE
  if (hasDeadline && !(isTrue(progressing, 'Progressing') && reason === 'NewReplicaSetAvailable'))
    return { kind: 'progressing', message: 'the new ReplicaSet is not available yet' }
  return isTrue(condition(live, 'Available'), 'Available')
    ? { kind: 'healthy', message: `${wanted} replicas are available` }
    : { kind: 'progressing', message: 'the Deployment is not available yet' }
}

const NO_DEADLINE = 2_147_483_647

export function statefulSetHealth(live: JsonObject): Health {
  const strategy = textField(live, 'spec', 'updateStrategy', 'type')
  if (strategy === 'OnDelete')
    return { kind: 'healthy', message: 'pods are updated by hand (OnDelete)' }
  const wanted = numberAt(live, 1, 'spec', 'replicas')
  const [total, ready, current, updated] = counts(live, [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
  ])
  const waiting =
    firstShort([
      { what: 'replicas', is: total, of: wanted },
      { what: 'ready', is: ready, of: wanted },
    ]) ?? tooMany(total - wanted)
  if (waiting !== undefined) return waiting
  const partition = numberAt(live, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  if (partition > 0)
    return (
      firstShort([{ what: 'updated', is: updated, of: wanted - partition }]) ?? {
        kind: 'healthy',
        message: `${updated} replicas are updated, the partition keeps the others`,
      }
    )
  return revisionHealth(live, { current, wanted })
}

function revisionHealth(
  live: JsonObject,
  { current, wanted }: { readonly current: number; readonly wanted: number },
): Health {
  const waiting = firstShort([{ what: 'current', is: current, of: wanted }])
  if (waiting !== undefined) return waiting
  if (textField(live, 'status', 'currentRevision') !== textField(live, 'status', 'updateRevision'))
    return { kind: 'progressing', message: 'replicas of the old revision are still there' }
  return { kind: 'healthy', message: `${wanted} replicas are ready` }
}

export function daemonSetHealth(live: JsonObject): Health {
  const observed = numberAt(live, -1, 'status', 'observedGeneration')
  const desired = numberAt(live, -1, 'status', 'desiredNumberScheduled')
  if (observed === -1 || desired === -1)
    return { kind: 'progressing', message: 'its controller has not seen the DaemonSet yet' }
  const steps = [
    ['scheduled', 'currentNumberScheduled'],
    ['updated', 'updatedNumberScheduled'],
    ['available', 'numberAvailable'],
    ['ready', 'numberReady'],
  ] as const
  const waiting = firstShort(
    steps.map(([what, name]) => ({ what, is: numberAt(live, 0, 'status', name), of: desired })),
  )
  return waiting ?? { kind: 'healthy', message: `${desired} pods are ready` }
}

export function replicaSetHealth(live: JsonObject): Health {
  const failure = statusConditions(live).find((candidate) => isTrue(candidate, 'ReplicaFailure'))
  if (failure !== undefined)
    return {
      kind: 'progressing',
      message: `pods cannot be made: ${textField(failure, 'message') ?? ''}`,
    }
  const wanted = numberAt(live, 1, 'spec', 'replicas')
  const [total, labelled, available, ready] = counts(live, [
    'replicas',
    'fullyLabeledReplicas',
    'availableReplicas',
    'readyReplicas',
  ])
  const waiting =
    firstShort([
      { what: 'labelled', is: labelled, of: wanted },
      { what: 'available', is: available, of: wanted },
      { what: 'ready', is: ready, of: wanted },
    ]) ?? tooMany(total - wanted)
  return waiting ?? { kind: 'healthy', message: `${wanted} replicas are ready` }
}

type Four = readonly [number, number, number, number]

function counts(live: JsonObject, [a, b, c, d]: readonly [string, string, string, string]): Four {
  const count = (name: string): number => numberAt(live, 0, 'status', name)
  return [count(a), count(b), count(c), count(d)]
}

function firstShort(steps: readonly Step[]): Health | undefined {
  const short = steps.find((step) => step.is < step.of)
  return short === undefined
    ? undefined
    : { kind: 'progressing', message: `${short.what}: ${short.is} of ${short.of}` }
}

function tooMany(extra: number): Health | undefined {
  return extra > 0
    ? { kind: 'progressing', message: `${extra} old pods are still there` }
    : undefined
}
