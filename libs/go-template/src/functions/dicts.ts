import { type CallContext } from '../call-context.ts'
import { measure } from '../measure.ts'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction, returningAny, variadic } from '../function.ts'
import {
  appendedCapacity,
  GoBytes,
  GoMap,
  GoSlice,
  isObject,
  typeName,
  ANY_MAP,
  ANY_SLICE,
  type Value,
} from '../values.ts'
import { mapOf, textOf } from './arguments.ts'
import { toText } from './cast.ts'
import { mergeInto, type Overwrite } from './merge.ts'
import { textSlice } from './strings.ts'

const ANY = 'interface {}'
const MAP = 'map[string]interface {}'
/** Values nest at most so deep when they are copied. */
const DEPTH_MAX = 1_000

/**
 * Dictionary functions of sprig v3.3.0. Go gives `keys` and `values` in a random order; here they are in
 * the order of the keys, so that equal input gives equal output.
 */
export const dictFunctions: Readonly<Record<string, GoFunction>> = {
  dict: variadic([ANY], (args, { budget }) => dict(args, budget)),
  get: returningAny(
    fixed([MAP, 'string'], ([map, key]) => (read(map, key) ? entry(map, key) : '')),
  ),
  set: fixed([MAP, 'string', ANY], ([map, key, value]) => {
    if (mapOf(map).isNil) throw new FunctionError('assignment to entry in nil map')
    mapOf(map).entries.set(textOf(key), value ?? null)
    return plain(mapOf(map))
  }),
  unset: fixed([MAP, 'string'], ([map, key]) => {
    mapOf(map).entries.delete(textOf(key))
    return plain(mapOf(map))
  }),
  hasKey: fixed([MAP, 'string'], ([map, key]) => read(map, key)),
  pluck: variadic(['string', MAP], ([key, ...maps]) => {
    const found = maps.filter((map) => read(map, key)).map((map) => entry(map, key))
    return new GoSlice(found, ANY_SLICE, { capacity: appendedCapacity(found.length) })
  }),
  keys: variadic([MAP], (maps, { budget }) => {
    const keys = maps.flatMap((map) => mapOf(map).sortedKeys())
    budget.list(keys.length)
    return textSlice(keys, appendedCapacity(keys.length))
  }),
  values: fixed([MAP], ([map], { budget }) => {
    const keys = mapOf(map).sortedKeys()
    budget.list(keys.length)
    return new GoSlice(
      keys.map((key) => mapOf(map).entries.get(key)),
      ANY_SLICE,
      { capacity: appendedCapacity(keys.length) },
    )
  }),
  pick: variadic(
    [MAP, 'string'],
    ([map, ...keys]) =>
      new GoMap(
        new Map(keys.filter((key) => read(map, key)).map((key) => [textOf(key), entry(map, key)])),
      ),
  ),
  omit: variadic([MAP, 'string'], ([map, ...keys], { budget }) => {
    budget.list(mapOf(map).entries.size)
    const entries = new Map(mapOf(map).entries)
    for (const key of keys) entries.delete(textOf(key))
    return new GoMap(entries)
  }),
  dig: returningAny(variadic([ANY], (args) => dig(args))),
  merge: returningAny(merging('keep')),
  mustMerge: returningAny(merging('keep')),
  mergeOverwrite: returningAny(merging('overwrite')),
  mustMergeOverwrite: returningAny(merging('overwrite')),
  deepCopy: returningAny(fixed([ANY], ([value], { budget }) => copied(value, budget))),
  mustDeepCopy: returningAny(fixed([ANY], ([value], { budget }) => copied(value, budget))),
}

/** The same map as the parameter's type: a named map type is gone after the call. */
function plain(map: GoMap): GoMap {
  if (map.type === ANY_MAP) return map
  const same = new GoMap(map.entries, ANY_MAP, map.isNil)
  same.reads = map.reads
  return same
}

function read(map: Value, key: Value): boolean {
  mapOf(map).reads?.add(textOf(key))
  return mapOf(map).entries.has(textOf(key))
}

function entry(map: Value, key: Value): Value {
  return mapOf(map).entries.get(textOf(key))
}

function dict(args: readonly Value[], budget: CallContext['budget']): GoMap {
  budget.list(args.length)
  const entries = new Map<string, Value>()
  for (let at = 0; at < args.length; at += 2)
    entries.set(toText(args[at]), at + 1 < args.length ? (args[at + 1] ?? null) : '')
  return new GoMap(entries)
}

function merging(overwrite: Overwrite): GoFunction {
  return variadic([MAP, MAP], ([target, ...sources], context) => {
    const merged = mapOf(target).isNil ? new GoMap() : plain(mapOf(target))
    for (const source of sources) mergeInto(merged, mapOf(source), overwrite, context)
    return merged
  })
}

function dig(args: readonly Value[]): Value {
  if (args.length < 3) throw new FunctionError('dig needs at least three arguments')
  const keys = args.slice(0, -2)
  let found: Value = asMap(args.at(-1))
  for (const key of keys) if (typeof key !== 'string') throw conversion(key, 'string')
  for (const [index, key] of keys.entries()) {
    const map: GoMap = index === 0 ? asMap(args.at(-1)) : asMap(found)
    if (!read(map, key)) return args.at(-2) ?? null
    found = entry(map, key)
  }
  return found
}

function asMap(value: Value): GoMap {
  if (value instanceof GoMap && value.type.name === MAP) return value
  throw conversion(value, MAP)
}

function conversion(value: Value, wanted: string): FunctionError {
  const found = value === null || value === undefined ? 'nil' : typeName(value)
  return new FunctionError(`interface conversion: interface {} is ${found}, not ${wanted}`)
}

/** `copystructure.Copy`: maps and lists anew, all else as it is. */
function copied(value: Value, budget: CallContext['budget']): Value {
  if (value === null || value === undefined)
    throw new FunctionError('reflect: call of reflect.Value.Type on zero Value')
  measure(value, budget)
  return copyOf(value, budget, 0)
}

function copyOf(value: Value, budget: CallContext['budget'], depth: number): Value {
  if (depth > DEPTH_MAX) throw new FunctionError(`values nest deeper than ${DEPTH_MAX}`)
  if (value instanceof GoMap) {
    budget.list(value.entries.size)
    const entries = [...value.entries].map(([key, item]): [string, Value] => [
      key,
      copyOf(item, budget, depth + 1),
    ])
    return new GoMap(new Map(entries), value.type, value.isNil)
  }
  if (value instanceof GoSlice) {
    budget.list(value.items.length)
    const items = value.items.map((item) => copyOf(item, budget, depth + 1))
    return new GoSlice(items, value.type, { isNil: value.isNil, capacity: value.capacity })
  }
  if (value instanceof GoBytes) return new GoBytes(value.data)
  return isObject(value) ? (value.copied?.() ?? value) : value
}
