import { type JsonObject, textField } from '@tidemark/manifests'

import { condition, isTrue, numberAt } from './conditions.ts'
import type { Health, HealthContext } from './health.ts'
import { podHealth } from './pod.ts'
import {
  daemonSetHealth,
  deploymentHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './workloads.ts'

type Rule = (live: JsonObject, context: HealthContext) => Health

/** The kinds that do not tell by conditions of the usual names how they are. By `<group>/<kind>`. */
export const KIND_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['apps/Deployment', deploymentHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['batch/Job', jobHealth],
  ['batch/CronJob', thereIsEnough],
  ['/Pod', podHealth],
  ['/Service', serviceHealth],
  ['/PersistentVolumeClaim', claimHealth],
  ['/ConfigMap', thereIsEnough],
  ['/Secret', thereIsEnough],
  ['policy/PodDisruptionBudget', thereIsEnough],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
])

/** Flux's own rule: kstatus calls a running Job current, Flux waits until it has completed. */
function jobHealth(live: JsonObject): Health {
  const failed = condition(live, 'Failed')
  if (isTrue(failed, 'Failed'))
    return { kind: 'failed', message: `the Job failed: ${textField(failed, 'message') ?? ''}` }
  if (isTrue(condition(live, 'Complete'), 'Complete'))
    return { kind: 'healthy', message: 'the Job has completed' }
  if (isTrue(condition(live, 'Suspended'), 'Suspended'))
    return { kind: 'healthy', message: 'the Job is suspended' }
  const counts = ['active', 'succeeded', 'failed'].map(
    (name) => `${name} ${numberAt(live, 0, 'status', name)}`,
  )
  return { kind: 'progressing', message: `the Job has not completed: ${counts.join(', ')}` }
}

function claimHealth(live: JsonObject): Health {
  const phase = textField(live, 'status', 'phase') ?? 'unknown'
  return phase === 'Bound'
    ? { kind: 'healthy', message: 'the claim is bound' }
    : { kind: 'progressing', message: `the claim is not bound, its phase is ${phase}` }
}

function serviceHealth(live: JsonObject): Health {
  const needsAddress = textField(live, 'spec', 'type') === 'LoadBalancer'
  return needsAddress && (textField(live, 'spec', 'clusterIP') ?? '') === ''
    ? { kind: 'progressing', message: 'the Service has no cluster address yet' }
    : { kind: 'healthy', message: 'the Service is there' }
}

function definitionHealth(live: JsonObject): Health {
  const names = condition(live, 'NamesAccepted')
  if (textField(names, 'status') === 'False')
    return {
      kind: 'failed',
      message: `the names are not accepted: ${textField(names, 'message') ?? ''}`,
    }
  const established = condition(live, 'Established')
  const status = textField(established, 'status')
  if (status === 'True') return { kind: 'healthy', message: 'the definition is established' }
  if (status === 'False' && textField(established, 'reason') !== 'Installing')
    return {
      kind: 'failed',
      message: `the definition is not established: ${textField(established, 'message') ?? ''}`,
    }
  return { kind: 'progressing', message: 'the definition is being installed' }
}

function thereIsEnough(): Health {
  return { kind: 'healthy', message: 'is there' }
}
