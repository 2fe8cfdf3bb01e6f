import type { ClusterState } from '../cluster-state.ts'
import { draftOf, ensureAt, setDefaults, type Draft } from '../draft.ts'
import { objectAt, stringAt, type JsonObject } from '../json.ts'
import type { Resource } from '../store/resource.ts'

const PROTECTION: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

/**
 * What the API server's own admission plugins add to a new object: the finalizers that protect volumes, and the
 * default storage class. (Webhooks and admission policies are stored, never called.)
 */
export function admitNew(
  cluster: ClusterState,
  resource: Resource,
  object: JsonObject,
): JsonObject {
  const finalizer = PROTECTION[resource.storageKey]
  if (finalizer === undefined) return object
  const draft = draftOf(object)
  protect(draft, finalizer)
  const storageClass = defaultStorageClass(cluster)
  if (resource.storageKey === '/persistentvolumeclaims' && storageClass !== undefined) {
    setDefaults(ensureAt(draft, 'spec'), { storageClassName: storageClass })
  }
  return draft
}

function protect(draft: Draft, finalizer: string): void {
  const metadata = ensureAt(draft, 'metadata')
  const given = metadata['finalizers']
  const finalizers = Array.isArray(given) ? given : []
  if (!finalizers.includes(finalizer)) metadata['finalizers'] = [...finalizers, finalizer]
}

function defaultStorageClass(cluster: ClusterState): string | undefined {
  const key = 'storage.k8s.io/storageclasses'
  const found = cluster.store.keys(key).find((name) => {
    const metadata = objectAt(cluster.store.get(key, name), 'metadata')
    return stringAt(objectAt(metadata, 'annotations'), DEFAULT_CLASS) === 'true'
  })
  return found
}
