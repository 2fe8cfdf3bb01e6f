import { byCodeUnits } from './canonical-json.ts'
import type { ObjectIdentity } from './identity.ts'

/** Applied one after another: definitions, then classes, then everything else (Flux: fluxcd/pkg ssa). */
export type Stage = 'definitions' | 'classes' | 'rest'

export const STAGES: readonly Stage[] = ['definitions', 'classes', 'rest']

/** By bare kind, as Flux does it (fluxcd/pkg ssa v0.60 sort.go; the missing group is its issue 689). */
const FIRST = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
]
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

const RANKS: ReadonlyMap<string, number> = new Map([
  ...FIRST.map((kind, index) => [kind, index - FIRST.length] as const),
  ...LAST.map((kind, index) => [kind, index + 1] as const),
])

const DEFINITIONS: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
])

/** The stage of an object (Flux: `ssa.ApplyAllStaged`). */
export function stageOf({ kind }: Pick<ObjectIdentity, 'kind'>): Stage {
  if (DEFINITIONS.has(kind)) return 'definitions'
  return kind.endsWith('Class') ? 'classes' : 'rest'
}

/**
 * The order in which Flux applies; reversed, that in which it deletes. Rank of the kind, then group, kind, namespace
 * and name.
 */
export function compareForApply(left: ObjectIdentity, right: ObjectIdentity): number {
  return (
    rankOf(left.kind) - rankOf(right.kind) ||
    byCodeUnits(left.group, right.group) ||
    byCodeUnits(left.kind, right.kind) ||
    byCodeUnits(left.namespace, right.namespace) ||
    byCodeUnits(left.name, right.name)
  )
}

/** Negative for what comes early, 0 for a kind that the order does not name, positive for webhooks. */
function rankOf(kind: string): number {
  return RANKS.get(kind) ?? 0
}
