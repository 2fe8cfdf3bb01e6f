import { compareBytes } from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'
import {
  entryOf,
  field,
  isNull,
  type Mapping,
  type Node,
  type ScalarStyle,
  type Sequence,
  textOf,
} from '../node/node.ts'
import { type FieldChange, setFields } from '../node/set-field.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import type { FieldSchema } from '../schema/field-schema.ts'
import type { Scopes } from '../schema/scopes.ts'
import { type Lists, type ListRules, mergeAssociative } from './associative-list.ts'
import { takeDirective } from './directive.ts'
import type { ListDirection, Sides } from './sides.ts'

/** What holds for one merge. */
export interface MergeRules {
  readonly direction: ListDirection
  readonly scopes: Scopes
  /** Parts of the target that were visited before, and what became of them. */
  readonly cleaned: WeakMap<Node, Node>
}

/**
 * A strategic merge as kyaml's merge2 does it (v0.21.2), its habits included: the whole object is visited, so that empty
 * nulls outside the patch go too, and a value takes the style of the one that it replaces. `undefined`: deleted.
 */
export function strategicMerge(
  patch: Node | undefined,
  target: Node | undefined,
  rules: MergeRules,
): Node | undefined {
  return mergeNodes({ target, patch }, undefined, rules)
}

function mergeNodes(
  sides: Sides,
  known: FieldSchema | undefined,
  rules: MergeRules,
): Node | undefined {
  const { target, patch } = sides
  // What no schema describes may be an object of its own, in a field of a custom resource.
  const schema = known ?? ownSchema(target, rules.scopes) ?? ownSchema(patch, rules.scopes)
  if (patch === undefined && schema === undefined && target !== undefined)
    return withoutEmptyNulls(target, rules)
  const first = isNull(target) ? patch : target
  if (first === undefined || isNull(first)) return mergeMappings(sides, schema, rules)
  refuseOtherKinds(first, sides)
  if (first.kind === 'mapping') return mergeMappings(sides, schema, rules)
  const merges = first.kind === 'sequence' && schema?.mergeKeys !== undefined
  return merges ? mergeLists(sides, schema, rules) : (patch ?? target)
}

function refuseOtherKinds(first: Node, { target, patch }: Sides): void {
  for (const side of [target, patch])
    if (side !== undefined && !isNull(side) && side.kind !== first.kind)
      throw wrongKind(first.kind, side)
}

/** Merges mappings, and whatever has no kind because it is missing or null on both sides. */
function mergeMappings(
  sides: Sides,
  schema: FieldSchema | undefined,
  rules: MergeRules,
): Node | undefined {
  const merged = mergedSides(sides)
  if (merged === undefined) return undefined
  const { target, patch } = merged
  if (target?.kind !== 'mapping') return target
  const changes: FieldChange[] = []
  for (const name of fieldNames(target, patch)) {
    const old = field(target, name)
    const value = mergeNodes({ target: old, patch: field(patch, name) }, schema?.field(name), rules)
    if (value !== old || value === undefined || isNull(value))
      changes.push({ name, value, keyStyle: keyStyle(patch, name) })
  }
  return setFields(target, changes)
}

function keyStyle(patch: Node | undefined, name: string): ScalarStyle {
  if (patch?.kind !== 'mapping') return 'plain'
  return entryOf(patch, name)?.key.style ?? 'plain'
}

/** What is merged with what, after the patch's directive had its say; `undefined`: the target goes. */
function mergedSides({ target, patch }: Sides): Sides | undefined {
  if (isNull(target)) {
    const { directive, rest } = takeLeniently(patch)
    if (directive === 'delete') return undefined
    if (rest === undefined) return keptNull(target)
    return { target: rest, patch: rest }
  }
  if (patch === undefined) return { target, patch }
  if (isNull(patch)) return undefined
  const { directive, rest } = takeDirective(patch)
  if (directive === 'delete') return undefined
  // A patch that has become the object itself loses its directive there too.
  const isOne = directive === 'replace' || target === patch
  return { target: isOne ? rest : target, patch: rest }
}

function takeLeniently(
  patch: Node | undefined,
): ReturnType<typeof takeDirective> | { directive: 'merge'; rest: undefined } {
  if (patch === undefined) return { directive: 'merge', rest: undefined }
  try {
    return takeDirective(patch)
  } catch (error) {
    // Upstream passes over an unknown directive where there is nothing to merge with.
    if (error instanceof KustomizeError) return { directive: 'merge', rest: patch }
    throw error
  }
}

/** A null that was written out (`null`, `~`) stays; one that is only missing its value goes. */
function keptNull(target: Node | undefined): Sides | undefined {
  if (target?.kind !== 'scalar' || target.value === '') return undefined
  return {
    target: { kind: 'scalar', tag: '!!null', value: target.value, style: 'plain', keep: true },
    patch: undefined,
  }
}

function fieldNames(target: Mapping, patch: Node | undefined): readonly string[] {
  const names = new Set(target.entries.map(({ key }) => key.value))
  if (patch?.kind === 'mapping' && patch !== target)
    for (const { key } of patch.entries) names.add(key.value)
  return [...names].toSorted(compareBytes)
}

/** Merges lists whose items are told apart by keys. */
function mergeLists(sides: Sides, schema: FieldSchema, rules: MergeRules): Node | undefined {
  const listRules: ListRules = {
    mergeKeys: schema.mergeKeys ?? [],
    direction: rules.direction,
    mergeItem: (items) => mergeNodes(items, schema.items(), rules),
  }
  const lists = mergedLists(sides)
  return lists === undefined ? undefined : mergeAssociative(lists, listRules)
}

function mergedLists({ target, patch }: Sides): Lists | undefined {
  if (isNull(target)) return { target: asList(patch), patch: asList(patch) }
  if (patch === undefined) return { target: asList(target), patch: undefined }
  if (isNull(patch)) return undefined
  const { directive, rest } = takeDirective(patch)
  if (directive === 'delete') return undefined
  const list = asList(rest)
  const isOne = directive === 'replace' || target === patch
  return { target: isOne ? list : asList(target), patch: list }
}

function asList(node: Node | undefined): Sequence | undefined {
  return node?.kind === 'sequence' ? node : undefined
}

function ownSchema(node: Node | undefined, scopes: Scopes): FieldSchema | undefined {
  if (node?.kind !== 'mapping') return undefined
  const kind = textOf(field(node, 'kind'))
  const apiVersion = kind === '' ? '' : textOf(field(node, 'apiVersion'))
  return apiVersion === '' ? undefined : scopes.schemaOf(apiVersion, kind)
}

/**
 * What a merge does to a part of the object that no patch and no schema speaks of: fields whose null has no text go.
 * Remembered by node, for custom resources are large and are patched in a field or two.
 */
function withoutEmptyNulls(node: Node, rules: MergeRules): Node | undefined {
  if (node.kind !== 'mapping') {
    if (!isNull(node)) return node
    return keptNull(node)?.target
  }
  const known = rules.cleaned.get(node)
  if (known !== undefined) return known
  const changes: FieldChange[] = []
  for (const { key, value } of node.entries) {
    if (value.kind === 'scalar' && !isNull(value)) continue
    const clean = mergeNodes({ target: value, patch: undefined }, undefined, rules)
    if (clean !== value) changes.push({ name: key.value, value: clean })
  }
  const result = setFields(node, changes)
  rules.cleaned.set(node, result)
  return result
}
