import { compareBytes } from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'
import { type Gvk, gvkText, sameGvk } from '../identity/gvk.ts'
import type { SortOptions } from '../kustomization/model.ts'
import type { Resource } from '../resource.ts'

const FIRST =
  'Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget'.split(
    ' ',
  )
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** The objects in the order in which they are printed. @throws KustomizeError when the options contradict one another */
export function sortResources(
  resources: readonly Resource[],
  options: SortOptions,
): readonly Resource[] {
  const { order, legacySortOptions } = options
  if (order !== 'fifo' && order !== 'legacy')
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      "the field 'sortOptions.order' must be one of [fifo, legacy]",
    )
  if (order === 'fifo') {
    if (legacySortOptions !== undefined)
      throw new KustomizeError(
        'KUSTOMIZE_FILE',
        "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
      )
    return resources
  }
  const ranks = ranksOf(
    legacySortOptions?.orderFirst ?? (legacySortOptions ? [] : FIRST),
    legacySortOptions?.orderLast ?? (legacySortOptions ? [] : LAST),
  )
  return resources
    .map((resource) => ({
      resource,
      id: resource.id,
      gvk: gvkSortText(resource.id),
      name: idSortText(resource),
    }))
    .toSorted((left, right) =>
      sameGvk(left.id, right.id)
        ? compareBytes(left.name, right.name)
        : compareKinds(left, right, ranks),
    )
    .map(({ resource }) => resource)
}

function ranksOf(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  return new Map([
    ...first.map((kind, at): [string, number] => [kind, at - first.length]),
    ...last.map((kind, at): [string, number] => [kind, at + 1]),
  ])
}

interface Keyed {
  readonly id: Gvk
  readonly gvk: string
}

function compareKinds(left: Keyed, right: Keyed, ranks: ReadonlyMap<string, number>): number {
  const rank = (ranks.get(left.id.kind) ?? 0) - (ranks.get(right.id.kind) ?? 0)
  if (rank !== 0) return rank
  // The Namespace of the core group goes before those of other groups.
  const areNamespaces = left.id.kind === 'Namespace' && right.id.kind === 'Namespace'
  const order = compareBytes(left.gvk, right.gvk)
  return areNamespaces && (left.id.group === '' || right.id.group === '') ? -order : order
}

function gvkSortText({ group, version, kind }: Gvk): string {
  return `${group || '~G'}_${version || '~V'}_${kind || '~K'}`
}

function idSortText({ id }: Resource): string {
  return `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`
}
