import type { Kustomization, SortOptions } from '../kustomization/model.ts'
import {
  BUILD_NOTES,
  ORIGIN_ANNOTATION,
  type Resource,
  TRANSFORMATIONS_ANNOTATION,
} from '../resource.ts'
import { stepName } from '../node/remembered.ts'
import { changeOne } from '../transformers/transformer.ts'
import { sortResources } from './sort-order.ts'

/** `--reorder` of the command line. */
export type Reorder = 'none' | 'legacy' | 'unspecified'

// What an installed kustomize 5.8.2 writes.
const MANAGED_BY = 'kustomize-v5.8.2'

/** Sorts the objects and takes kustomize's own annotations off them; `buildMetadata` says which stay. */
export function finish(
  resources: readonly Resource[],
  kustomization: Kustomization,
  options: { readonly reorder: Reorder; readonly addManagedByLabel: boolean },
): readonly Resource[] {
  const kept = resources.filter((resource) => !isLocal(resource))
  const sorted = sortResources(kept, sortOptionsOf(kustomization, options.reorder))
  const metadata = kustomization.buildMetadata ?? []
  const dropped = [...BUILD_NOTES]
  if (!metadata.includes('originAnnotations')) dropped.push(ORIGIN_ANNOTATION)
  if (!metadata.includes('transformerAnnotations')) dropped.push(TRANSFORMATIONS_ANNOTATION)
  const isLabelled = options.addManagedByLabel || metadata.includes('managedByLabel')
  const step = stepName('finish', isLabelled, dropped)
  for (const resource of sorted)
    changeOne(resource, step, () => {
      if (isLabelled) resource.label('app.kubernetes.io/managed-by', MANAGED_BY)
      const { annotations } = resource
      for (const note of dropped) annotations.delete(note)
      resource.setAnnotations(annotations)
    })
  return sorted
}

function isLocal(resource: Resource): boolean {
  const value = resource.annotation('config.kubernetes.io/local-config')
  return value !== undefined && value !== 'false'
}

function sortOptionsOf({ sortOptions }: Kustomization, reorder: Reorder): SortOptions {
  if (sortOptions !== undefined) return sortOptions
  return { order: reorder === 'none' ? 'fifo' : 'legacy', legacySortOptions: undefined }
}
