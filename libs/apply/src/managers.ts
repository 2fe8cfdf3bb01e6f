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

/** What Helm wrote into an object of one of its releases: the client of Helm 3, Helm 4, and Flux (as their own migration does). */
const HELM_MANAGERS: ReadonlySet<string> = new Set(['helm', 'helm-controller'])
const HELM_MARK = 'meta.helm.sh/release-name'

/** A manager that Flux leaves alone, for those who want a hand edit to stay. */
const LEFT_ALONE = 'flux-client-side-apply'

/** The entries of a live object that are taken over. */
export function absorbedEntries(live: JsonObject, fieldManager: string): readonly Json[] {
  const entries = field(live, 'metadata', 'managedFields')
  if (!isJsonList(entries)) return []
  const isOfHelm = field(live, 'metadata', 'annotations', HELM_MARK) !== undefined
  return entries.filter((entry) => isAbsorbed(entry, fieldManager) || (isOfHelm && isHelms(entry)))
}

function isAbsorbed(entry: Json, fieldManager: string): boolean {
  const manager = textField(entry, 'manager') ?? ''
  if (manager === LEFT_ALONE || (textField(entry, 'subresource') ?? '') !== '') return false
  if (manager === fieldManager) return textField(entry, 'operation') === 'Update'
  return ABSORBED_MANAGERS.some((start) => manager.startsWith(start))
}

function isHelms(entry: Json): boolean {
  const isWhole = (textField(entry, 'subresource') ?? '') === ''
  return isWhole && HELM_MANAGERS.has(textField(entry, 'manager') ?? '')
}
