import { field, type JsonObject } from '@tidemark/manifests'

/**
 * Labels or annotations that say whose an object is. The caller has put them on each desired object (Flux:
 * `kustomize.toolkit.fluxcd.io/name` and `/namespace`; Helm: `meta.helm.sh/release-name` and `-namespace`), and only
 * what carries all of them is ever deleted.
 */
export type OwnerLabels = Readonly<Record<string, string>>

/** Whether a live object carries all of the owner's marks. */
export function isOwned(live: JsonObject, owner: OwnerLabels): boolean {
  const wanted = Object.entries(owner)
  return (
    wanted.length > 0 &&
    wanted.every(([name, value]) =>
      ['labels', 'annotations'].some((place) => field(live, 'metadata', place, name) === value),
    )
  )
}
