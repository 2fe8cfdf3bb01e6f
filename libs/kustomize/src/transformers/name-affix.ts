import type { FieldSpec } from '../config/field-spec.ts'
import { isSelected } from '../identity/gvk.ts'
import type { ResourceId } from '../identity/resource-id.ts'
import { refuseName } from '../limits.ts'
import { EMPTY_MAPPING, type Node, untagged } from '../node/node.ts'
import { stepName } from '../node/remembered.ts'
import { setScalar } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import { Note, type Resource } from '../resource.ts'
import { changeEach, type Transformer } from './transformer.ts'

/** Puts a text before names. */
export function prefixTransformer(prefix: string, specs: readonly FieldSpec[]): Transformer {
  const add = (name: string): string => prefix + name
  return affixTransformer(
    { kind: 'PrefixTransformer', affix: prefix, note: Note.prefixes, add },
    specs,
  )
}

/** Puts a text after names. */
export function suffixTransformer(suffix: string, specs: readonly FieldSpec[]): Transformer {
  const add = (name: string): string => name + suffix
  return affixTransformer(
    { kind: 'SuffixTransformer', affix: suffix, note: Note.suffixes, add },
    specs,
  )
}

interface Affix {
  readonly kind: string
  readonly affix: string
  readonly note: string
  readonly add: (name: string) => string
}

function affixTransformer(affix: Affix, specs: readonly FieldSpec[]): Transformer {
  const step = stepName(affix.kind, affix.affix, specs)
  return {
    kind: affix.kind,
    transform: (set) => {
      changeEach(set, step, (resource) => {
        if (!isFixed(resource.originalId)) rename(resource, affix, specs)
      })
    },
  }
}

// Their names mean something to the API server.
function isFixed({ kind, group }: ResourceId): boolean {
  if (kind === 'CustomResourceDefinition' || kind === 'Namespace') return true
  return kind === 'APIService' && group === 'apiregistration.k8s.io'
}

function rename(
  resource: Resource,
  { affix, note, add }: Affix,
  specs: readonly FieldSpec[],
): void {
  const id = resource.originalId
  const set = (node: Node): Node => {
    const name = add(node.kind === 'scalar' ? node.value : '')
    refuseName(name)
    return setScalar(node, untagged(name))
  }
  for (const spec of specs) {
    if (!isSelected(id, spec)) continue
    if (spec.path === 'metadata/name' && affix !== '') resource.storePreviousId([note, affix])
    resource.node = updateField(resource.node ?? EMPTY_MAPPING, spec, { set, create: 'scalar' })
  }
}
