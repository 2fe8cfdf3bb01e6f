import { during } from '../kustomize-error.ts'
import type { FieldSpec } from '../config/field-spec.ts'
import type { NameReference } from '../config/transformer-config.ts'
import { type Gvk, isSelected } from '../identity/gvk.ts'
import { idText } from '../identity/resource-id.ts'
import { nameOf, remembered, stepName } from '../node/remembered.ts'
import { Note, type Resource } from '../resource.ts'
import type { ResourceSet } from '../resource-set.ts'
import { changeEach } from '../transformers/transformer.ts'
import { updateReference } from './update-reference.ts'

/** A field that may hold the name of an object of some kind. */
interface Rule {
  readonly target: Gvk
  readonly spec: FieldSpec
}

/**
 * Renames what objects say about one another: each field that holds the former name of an object gets its present one.
 * Follows accumulator.nameReferenceTransformer and filters/nameref (api v0.21.2).
 */
export function fixReferences(set: ResourceSet, references: readonly NameReference[]): void {
  const rules = rulesOf(references)
  const renamed = new Renamed(set.resources)
  // Where nothing has another name, it is still refused what cannot hold a name.
  const identities = renamed.isEmpty ? [] : set.resources.map(identityOf)
  const step = stepName('references', nameOf(references), identities)
  changeEach(set, step, (referrer) => {
    const own = rules.of(referrer.originalId)
    if (own.length === 0) return
    const reachable = renamed.isEmpty ? [] : set.referableBy(referrer)
    const candidates = renamed.among(reachable)
    for (const { target, spec } of own)
      during(
        () => `updating name reference in '${spec.path}' field of '${idText(referrer.id)}'`,
        () => {
          updateReference({ referrer, target, reachable, candidates, path: spec.path })
        },
      )
  })
}

/** All of an object that the references of others depend on. */
function identityOf(resource: Resource): string {
  const { node, scopes } = resource
  if (node === undefined || !scopes.arePlain) return writtenIdentity(resource)
  return remembered(node, 'identity', () => writtenIdentity(resource))
}

function writtenIdentity(resource: Resource): string {
  const affixes = [Note.prefixes, Note.suffixes].map((note) => resource.notes(note))
  return JSON.stringify([resource.id, resource.previousIds, affixes])
}

const RULES = new WeakMap<readonly NameReference[], Rules>()

function rulesOf(references: readonly NameReference[]): Rules {
  const rules = RULES.get(references) ?? new Rules(references)
  RULES.set(references, rules)
  return rules
}

/** The rules by kind of the referrer, for most speak of one. */
class Rules {
  readonly #byKind = new Map<string, Rule[]>()
  readonly #all: readonly Rule[]

  constructor(references: readonly NameReference[]) {
    this.#all = references.flatMap((target) => target.referrers.map((spec) => ({ target, spec })))
  }

  of(id: Gvk): readonly Rule[] {
    let rules = this.#byKind.get(id.kind)
    if (rules === undefined) {
      rules = this.#all.filter(({ spec }) => spec.kind === '' || spec.kind === id.kind)
      this.#byKind.set(id.kind, rules)
    }
    return rules.filter(({ spec }) => isSelected(id, spec))
  }
}

/** Only objects that had another name before can be found by it. */
class Renamed {
  readonly #renamed: ReadonlySet<Resource>

  constructor(resources: readonly Resource[]) {
    this.#renamed = new Set(resources.filter((resource) => resource.previousIds.length > 0))
  }

  get isEmpty(): boolean {
    return this.#renamed.size === 0
  }

  among(candidates: readonly Resource[]): readonly Resource[] {
    return candidates.filter((candidate) => this.#renamed.has(candidate))
  }
}
