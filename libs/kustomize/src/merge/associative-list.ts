import { KustomizeError } from '../kustomize-error.ts'
import {
  field,
  isNull,
  isNullOrEmpty,
  type Mapping,
  type Node,
  type Sequence,
  untagged,
} from '../node/node.ts'
import { refuseItems } from '../limits.ts'
import { asMapping, setField } from '../node/set-field.ts'
import { takeDirective } from './directive.ts'
import { matchesExactly, matchesField } from './match-item.ts'
import type { ListDirection, Sides } from './sides.ts'

// The walk over associative lists of kyaml (yaml/walk/associative_sequence.go, v0.21.2), step for step: which of two
// items with one key wins, and where it stands, follows from its order of setting elements and from nothing simpler.

export interface Lists {
  readonly target: Sequence | undefined
  readonly patch: Sequence | undefined
}

interface Key {
  readonly names: readonly string[]
  readonly values: readonly string[]
}

/** How lists are merged. */
export interface ListRules {
  /** The fields that tell items apart; none for a list of plain values. */
  readonly mergeKeys: readonly string[]
  readonly direction: ListDirection
  readonly mergeItem: (sides: Sides) => Node | undefined
}

/** Merges two lists item by item. `undefined`: nothing is left to write. */
export function mergeAssociative(lists: Lists, rules: ListRules): Node | undefined {
  const { target } = lists
  if (target === undefined) return undefined
  refuseItems(target.items.length + (lists.patch?.items.length ?? 0))
  const sources = rules.direction === 'prepend' ? [lists.patch, target] : [target, lists.patch]
  const keys =
    rules.mergeKeys.length === 0 ? primitiveKeys(sources) : itemKeys(sources, rules.mergeKeys)
  return mergeItems(lists, keys, rules)
}

interface Keys {
  readonly names: readonly string[]
  readonly all: readonly (readonly string[])[]
}

function primitiveKeys(sources: readonly (Sequence | undefined)[]): Keys {
  const seen = new Set<string>()
  for (const source of sources)
    for (const item of source?.items ?? []) seen.add(item.kind === 'scalar' ? item.value : '')
  return { names: [''], all: [...seen].map((value) => [value]) }
}

function itemKeys(sources: readonly (Sequence | undefined)[], names: readonly string[]): Keys {
  const seen = new Map<string, readonly string[]>()
  for (const source of sources)
    for (const item of source?.items ?? []) {
      const values = names.map((name) => {
        const value = field(item, name)
        return isNullOrEmpty(value) || value?.kind !== 'scalar' ? '' : value.value
      })
      const key = JSON.stringify(values)
      if (!seen.has(key)) seen.set(key, values)
    }
  const all = [...seen.values()]
  return { names, all: names.length > 1 ? joined(all) : all }
}

/** A port without a protocol is the same port as one with: values that agree as far as both are given become one. */
function joined(all: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const result = [...all]
  for (let left = 0; left < result.length; left += 1)
    for (let right = 0; right < result.length; right += 1) {
      const both = agreed(result[left] ?? [], result[right] ?? [])
      if (both === undefined) continue
      result[left] = both
      result[right] = both
    }
  return result
}

function agreed(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  let shares = false
  const both: string[] = []
  for (const [at, value] of left.entries()) {
    const other = right[at] ?? ''
    if (value === other) shares = true
    else if (value !== '' && other !== '') return undefined
    both.push(value === '' ? other : value)
  }
  return shares ? both : undefined
}

function mergeItems(lists: Lists, keys: Keys, rules: ListRules): Node | undefined {
  let target: readonly Node[] = lists.target?.items ?? []
  let added: readonly Node[] = []
  const usable = usableNames(keys)
  for (const values of keys.all) {
    const key = usableKey(keys, values, usable)
    const own = keyWithValues(key)
    const sides = { target: itemAt(target, own), patch: itemAt(lists.patch?.items, own) }
    const merged = rules.mergeItem(sides)
    if (
      merged === undefined ||
      isNull(merged) ||
      (merged.kind === 'mapping' && merged.entries.length === 0)
    ) {
      target = withElement(target, key, undefined)
      continue
    }
    const value = withKeys(merged, key)
    added = withElement(added, key, value)
    if (isMergedInPlace(sides)) target = target.with(target.indexOf(sides.target), value)
  }
  if (keys.all.length === 0) return { kind: 'sequence', items: target }
  const [base, more] = rules.direction === 'prepend' ? [added, target] : [target, added]
  return { kind: 'sequence', items: appendAll(base, more, usable) }
}

/**
 * Upstream changes an item where it stands in the target, unless the patch replaces it: then the target keeps the old
 * one, and when the lists are joined the old one wins.
 */
function isMergedInPlace(sides: Sides): sides is Sides & { readonly target: Mapping } {
  const { target, patch } = sides
  if (target?.kind !== 'mapping') return false
  if (target === patch) return true
  return patch?.kind !== 'mapping' || takeDirective(patch).directive !== 'replace'
}

/** The keys that any item has; all where none has one. */
function usableNames({ names, all }: Keys): readonly string[] {
  const usable = names.filter((_, at) => all.some((values) => (values[at] ?? '') !== ''))
  return usable.length === 0 ? names : usable
}

function usableKey(
  { names, all }: Keys,
  values: readonly string[],
  usable: readonly string[],
): Key {
  const hasAny = all.some((each) => each.some((value) => value !== ''))
  if (!hasAny) return { names, values }
  return {
    names: usable,
    values: values.filter((value, at) => value !== '' || usable.includes(names[at] ?? '')),
  }
}

/** To find an item, only the keys count that have a value. */
function keyWithValues(key: Key): Key {
  const kept = key.names.filter((_, at) => (key.values[at] ?? '') !== '')
  if (kept.length === 0) return key
  return { names: kept, values: key.values.filter((value) => value !== '') }
}

function itemAt(items: readonly Node[] | undefined, { names, values }: Key): Node | undefined {
  if (items === undefined) return undefined
  const [name = ''] = names
  if (name === '')
    return items.find((item) => (item.kind === 'scalar' ? item.value : '') === (values[0] ?? ''))
  return items.find((item) => matchesExactly(item, names, values))
}

/** An item always carries its keys. */
function withKeys(value: Node, { names, values }: Key): Node {
  let result = value
  for (const [at, name] of names.entries()) {
    const told = values[at] ?? ''
    if (name === '' || told === '' || field(result, name) !== undefined || result.kind === 'scalar')
      continue
    result = setField(asMapping(result), name, untagged(told))
  }
  return result
}

/** Puts an element in the place of those with its key, or at the end; without an element it takes those out. */
function withElement(items: readonly Node[], key: Key, element: Node | undefined): readonly Node[] {
  const result: Node[] = []
  let found = false
  for (const item of items) {
    if (isNull(item) || (item.kind === 'mapping' && item.entries.length === 0)) continue
    const answer = answers(item, key)
    if (answer === 'other') result.push(item)
    if (answer !== 'it') continue
    found = true
    if (element !== undefined) result.push(element)
  }
  if (element !== undefined && !isNull(element) && !found) result.push(element)
  return result
}

/** Whether an item has a key, has another, or, where there is no key to have, goes. */
function answers(item: Node, { names, values }: Key): 'it' | 'other' | 'dropped' {
  const isForMappings = (names[0] ?? '') !== '' && (values[0] ?? '') !== ''
  if (item.kind !== 'mapping' && isForMappings) return 'other'
  if (values.length === 0) return 'dropped'
  const isIt = names.every(
    (name, at) => at >= values.length || matchesField(item, name, values[at] ?? ''),
  )
  return isIt ? 'it' : 'other'
}

function appendAll(
  base: readonly Node[],
  more: readonly Node[],
  names: readonly string[],
): readonly Node[] {
  let result = base
  for (const item of more) {
    if ((names[0] ?? '') === '') {
      const value = item.kind === 'scalar' ? item.value : ''
      result = withElement(result, { names: [''], values: [value] }, item)
      continue
    }
    const values: string[] = []
    for (const name of names) {
      if (!isNull(item) && item.kind !== 'mapping')
        throw new KustomizeError(
          'KUSTOMIZE_PATCH',
          'an item of a list that merges by keys is no mapping',
        )
      const value = field(item, name)
      if (value === undefined) result = [...result, item]
      else values.push(value.kind === 'scalar' ? value.value : '')
    }
    const key = { names, values }
    if (names.length > 1) result = withElement(result, key, undefined)
    result = withElement(result, key, item)
  }
  return result
}
