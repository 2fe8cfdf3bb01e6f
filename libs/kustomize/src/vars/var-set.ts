import { KustomizeError } from '../kustomize-error.ts'
import {
  effectiveNamespace,
  idText,
  makeId,
  type ResourceId,
  sameId,
} from '../identity/resource-id.ts'
import { type Gvk, gvkText, sameGvk } from '../identity/gvk.ts'
import type { Var } from '../kustomization/model.ts'
import type { ResourceSet } from '../resource-set.ts'
import type { Scopes } from '../schema/scopes.ts'
import { compareBytes } from '@tidemark/source-tree'

/** The vars of a kustomization and of all below it, by name. */
export class VarSet {
  readonly #vars = new Map<string, Var>()

  /** In the order of names. */
  get all(): readonly Var[] {
    return [...this.#vars.values()].toSorted((left, right) => compareBytes(left.name, right.name))
  }

  /** @throws KustomizeError when a name is taken */
  merge(vars: readonly Var[]): void {
    for (const each of vars) {
      if (this.#vars.has(each.name))
        throw new KustomizeError('KUSTOMIZE_VAR', `var '${each.name}' already encountered`, {
          hint: 'two kustomizations define it; rename one',
        })
      const fieldPath = each.fieldref.fieldPath || 'metadata.name'
      this.#vars.set(each.name, { ...each, fieldref: { fieldPath } })
    }
  }
}

/** Marks the object that each var means, while it still has the name that the var gives. */
export function markVarSources(set: ResourceSet, vars: readonly Var[], scopes: Scopes): void {
  for (const each of vars) {
    const { objref } = each
    const id = makeId(varGvk(each), objref, scopes)
    const matches =
      objref.namespace !== '' || id.clusterScoped
        ? (other: ResourceId): boolean => sameId(id, other)
        : (other: ResourceId): boolean => other.name === id.name && sameGvk(other, id)
    const found = set.byAnyId(matches)
    const [first] = found
    if (found.length > 1)
      throw new KustomizeError(
        'KUSTOMIZE_VAR',
        `found ${found.length} resId matches for var ${varText(each)} (unable to disambiguate)`,
        {
          hint: `they are ${found.map((one) => `${idText(one.id)} (${effectiveNamespace(one.id)})`).join(', ')}`,
        },
      )
    if (first !== undefined) first.varNames = [...first.varNames, each.name]
  }
}

/** What kind of object a var is read from. */
function varGvk({ objref }: Var): Gvk {
  const parts = objref.apiVersion.split('/')
  if (objref.apiVersion === '') return objref
  const [first = '', second] = parts
  if (second === undefined) return { ...objref, version: first }
  return parts.length === 2 ? { ...objref, group: first, version: second } : objref
}

/** How kustomize prints a var as it was written down. */
export function writtenVarText({ name, objref, fieldref }: Var): string {
  return `{${name} ${gvkText(objref)} {${fieldref.fieldPath}}}`
}

/** How kustomize prints a var in messages, after its reference was read. */
export function varText(each: Var): string {
  return `{${each.name} ${gvkText(varGvk(each))} {${each.fieldref.fieldPath}}}`
}
