import { field, type JsonObject } from '@tidemark/manifests'

/**
 * Labels that say whose an object is. The caller has put them on each desired object (Flux:
 * `kustomize.toolkit.fluxcd.io/name` and `/namespace`), and only what carries all of them is ever deleted.
 */
export type OwnerLabels = Readonly<Record<string, string>>

/** Whether a live object carries all of the owner's labels. */
export function isOwned(live: JsonObject, owner: OwnerLabels): boolean {
  const wanted = Object.entries(owner)
  return (
    wanted.length > 0 &&
    wanted.every(([name, value]) => field(live, 'metadata', 'labels', name) === value)
  )
}
