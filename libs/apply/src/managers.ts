import { field, isJsonList, type Json, type JsonObject, textField } from '@tidemark/manifests'

/**
 * Who may have written our objects before us, or by hand: what they own becomes ours, so that a field which is not in
 * Git does not stay. By the start of the name, as in Flux (kustomize-controller v1.10: `kubectl`,
 * `before-first-apply`); with Flux's own managers, for clusters that come from Flux.
 */
const ABSORBED_MANAGERS: readonly string[] = [
  'kubectl',
  'before-first-apply',
  'kustomize-controller',
  'gotk-kustomize-controller',
]

/** A manager that Flux leaves alone, for those who want a hand edit to stay. */
const LEFT_ALONE = 'flux-client-side-apply'

/** Whether an entry of `metadata.managedFields` is one whose fields are taken over by `fieldManager`. */
export function isAbsorbed(entry: Json, fieldManager: string): boolean {
  const manager = textField(entry, 'manager') ?? ''
  if (manager === LEFT_ALONE || (textField(entry, 'subresource') ?? '') !== '') return false
  if (manager === fieldManager) return textField(entry, 'operation') === 'Update'
  return ABSORBED_MANAGERS.some((start) => manager.startsWith(start))
}

/** The entries of a live object that are taken over. */
export function absorbedEntries(live: JsonObject, fieldManager: string): readonly Json[] {
  const entries = field(live, 'metadata', 'managedFields')
  return isJsonList(entries) ? entries.filter((entry) => isAbsorbed(entry, fieldManager)) : []
}
