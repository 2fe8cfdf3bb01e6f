import type { KeyValue } from '@tidemark/contracts'
import { isRecord } from '@tidemark/flux'
import type { Application } from '../domain/application.ts'
import type { Plane } from '../domain/plane.ts'
import { modelOf } from './models.ts'

/**
 * The variables of its cluster that an application is rendered with: those that the cluster was registered with, and over
 * them those of its object `Cluster` in Git. None where the application has no `spec.postBuild`: nothing is substituted
 * that did not ask for it.
 */
export function clusterVariables(plane: Plane, state: Application): readonly KeyValue[] {
  const cluster = state.declared?.cluster ?? ''
  if (!substitutes(state)) return []
  const values = new Map(
    [
      ...(plane.clusters.get(cluster)?.variables ?? []),
      ...(plane.profiles.get(cluster)?.variables ?? []),
    ].map(({ key, value }) => [key, value]),
  )
  return [...values]
    .map(([key, value]) => ({ key, value }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1))
}

/** Whether an application has `spec.postBuild`. */
export function substitutes(state: Application): boolean {
  return isRecord(modelOf(state)?.spec['postBuild'])
}

/** Whether two sorted lists say the same. */
export function isSameValues(one: readonly KeyValue[], other: readonly KeyValue[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ key, value }, index) => key === other[index]?.key && value === other[index].value)
  )
}
