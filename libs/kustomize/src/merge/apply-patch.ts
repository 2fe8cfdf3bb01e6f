import { apiVersionOf } from '../identity/gvk.ts'
import { EMPTY_MAPPING, field, isNullOrEmpty, type Node, rawText, untagged } from '../node/node.ts'
import { remembered } from '../node/remembered.ts'
import { setField } from '../node/set-field.ts'
import { Note, type Resource } from '../resource.ts'
import { type MergeRules, strategicMerge } from './strategic-merge.ts'

/**
 * Merges a patch into an object. Name and kind stay unless the patch may change them; the namespace always stays.
 * An object that the patch deletes has no node afterwards.
 */
export function applyStrategicPatch(target: Resource, patch: Resource): void {
  const { name, namespace, kind } = target
  const changesName = patch.isMarked(Note.allowNameChange)
  const changesKind = patch.isMarked(Note.allowKindChange)
  if (changesName || changesKind) target.storePreviousId()
  const merged = strategicMerge(patch.node, target.node, rulesOf(target))
  // Upstream drops what replaces an object as a whole: only what replaces a part of it is put anywhere.
  if (isNullOrEmpty(merged) || !replacesAll(patch)) target.node = merged
  if (isNullOrEmpty(target.node)) return
  if (!changesKind) target.setKind(kind)
  if (!changesName) target.setName(name)
  target.setNamespace(namespace)
}

function replacesAll({ node }: Resource): boolean {
  return rawText(field(node, '$patch')) === 'replace'
}

/** The patch as it is applied to one of several targets: with the apiVersion of that. */
export function patchFor(target: Resource, patch: Resource): Resource {
  const copy = patch.copy()
  const apiVersion = apiVersionOf(target.gvk)
  copy.node = remembered(patch.node ?? EMPTY_MAPPING, `for ${apiVersion}`, () => {
    const node: Node = setField(copy.node ?? EMPTY_MAPPING, 'apiVersion', untagged(apiVersion))
    copy.node = setField(node, 'kind', untagged(patch.kind))
    // Upstream writes labels and annotations anew here, so that a null among them becomes a text.
    copy.setLabels(copy.labels)
    copy.setAnnotations(copy.annotations)
    return copy.node
  })
  return copy
}

function rulesOf({ scopes }: Resource): MergeRules {
  return { direction: 'prepend', scopes, cleaned: new WeakMap() }
}
