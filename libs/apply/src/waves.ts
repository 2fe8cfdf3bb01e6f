import type { ObjectIdentity } from '@tidemark/manifests'

/**
 * Flux applies the objects of a stage one after another. We keep what that order is for, and no more: what others
 * refer to comes before them, and webhooks, which judge all the others, come last.
 */
const EARLY: ReadonlySet<string> = new Set([
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Role',
  'ConfigMap',
  'Secret',
  'Service',
  'PersistentVolumeClaim',
])
const BINDINGS: ReadonlySet<string> = new Set(['RoleBinding', 'ClusterRoleBinding'])
const LAST: ReadonlySet<string> = new Set([
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
])

/** The number of the wave, within its stage, in which an object is applied. */
export function waveOf({ kind }: Pick<ObjectIdentity, 'kind'>): number {
  if (EARLY.has(kind)) return 0
  if (BINDINGS.has(kind)) return 1 // A binding needs its role: the API server looks whether we may grant it.
  return LAST.has(kind) ? 3 : 2
}
