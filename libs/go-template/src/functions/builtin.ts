import { type CallContext } from '../call-context.ts'
import { FunctionError } from '../errors.ts'
import { sprintf, widthsOf } from '../fmt/printf.ts'
import { sprint, sprintln } from '../fmt/print.ts'
import { fixed, type GoFunction, returningValue, variadic } from '../function.ts'
import { isTrue } from '../truth.ts'
import {
  GoBytes,
  GoFunctionValue,
  GoInteger,
  goInt,
  GoMap,
  GoSlice,
  indirect,
  isObject,
  type Value,
  typeName,
} from '../values.ts'
import { textOf } from './arguments.ts'
import { comparisonFunctions } from './compare.ts'
import { escapeFunctions } from './escape.ts'

const ANY = 'reflect.Value'
/** What Go says of `reflect.Value` methods on no value at all. */
const ZERO_VALUE = 'reflect: call of reflect.Value.Type on zero Value'

/** The functions that text/template brings along, without Helm's. */
export const builtinFunctions: Readonly<Record<string, GoFunction>> = {
  ...comparisonFunctions,
  ...escapeFunctions,
  and: { ...returningValue(variadic([ANY, ANY], () => undefined)), isShortCircuit: false },
  or: { ...returningValue(variadic([ANY, ANY], () => undefined)), isShortCircuit: true },
  not: fixed([ANY], ([value]) => !isTrue(value)),
  len: fixed([ANY], ([value]) => goInt(lengthOf(value))),
  index: returningValue(
    variadic([ANY, ANY], ([item, ...keys], context) => index(item, keys, context)),
  ),
  slice: returningValue(
    variadic([ANY, ANY], ([item, ...bounds], context) => slice(item, bounds, context)),
  ),
  call: {
    ...returningValue(
      variadic([ANY, ANY], ([callee, called]) => callValue(textOf(callee), called)),
    ),
    takesCallee: true,
  },
  print: variadic(['interface {}'], (args) => sprint(args)),
  println: variadic(['interface {}'], (args) => sprintln(args)),
  printf: variadic(['string', 'interface {}'], ([format, ...args], { budget }) => {
    budget.text(widthsOf(textOf(format)))
    const text = sprintf(textOf(format), args)
    budget.text(text.length)
    return text
  }),
}

function lengthOf(value: Value): number {
  if (value === undefined) throw new FunctionError(ZERO_VALUE)
  if (value === null) throw new FunctionError('len of nil pointer')
  if (typeof value === 'string') return value.length
  if (value instanceof GoMap) return value.entries.size
  if (value instanceof GoSlice) return value.items.length
  if (value instanceof GoBytes) return value.data.length
  throw new FunctionError(`len of type ${typeName(indirect(value))}`)
}

function index(item: Value, keys: readonly Value[], context: CallContext): Value {
  if (item === null || item === undefined) throw new FunctionError('index of untyped nil')
  let found: Value = item
  for (const key of keys) {
    if (found === null || found === undefined) throw new FunctionError('index of nil pointer')
    found = element(found, key, context)
  }
  return found
}

function element(item: Exclude<Value, null | undefined>, key: Value, context: CallContext): Value {
  context.isInterface = false
  if (typeof item === 'string') return byteAt(item, position(key, item.length))
  if (item instanceof GoBytes) return byteAt(item.data, position(key, item.data.length))
  if (item instanceof GoSlice) {
    const at = position(key, item.items.length)
    if (at >= item.items.length) throw new FunctionError('reflect: slice index out of range')
    context.isInterface = item.type.element === 'interface {}'
    return item.items[at]
  }
  if (!(item instanceof GoMap))
    throw new FunctionError(`can't index item of type ${typeName(indirect(item))}`)
  if (key === null || key === undefined)
    throw new FunctionError('value is nil; should be of type string')
  if (typeof key !== 'string')
    throw new FunctionError(`value has type ${typeName(key)}; should be string`)
  item.reads?.add(key)
  context.isInterface = item.type.element === 'interface {}'
  return item.entries.has(key) ? item.entries.get(key) : item.type.zero
}

function byteAt(bytes: string, at: number): Value {
  if (at >= bytes.length) throw new FunctionError('reflect: string index out of range')
  return new GoInteger('uint8', BigInt(bytes.charCodeAt(at)))
}

function position(key: Value, capacity: number): number {
  if (key === null || key === undefined)
    throw new FunctionError('cannot index slice/array with nil')
  const integer = key instanceof GoInteger ? key.value : isObject(key) ? key.integer : undefined
  if (integer === undefined)
    throw new FunctionError(`cannot index slice/array with type ${typeName(key)}`)
  const at = BigInt.asIntN(64, integer)
  if (at < 0n || at > BigInt(capacity)) throw new FunctionError(`index out of range: ${at}`)
  return Number(at)
}

function slice(item: Value, bounds: readonly Value[], context: CallContext): Value {
  context.isInterface = false
  if (item === null || item === undefined) throw new FunctionError('slice of untyped nil')
  if (bounds.length > 3) throw new FunctionError(`too many slice indexes: ${bounds.length}`)
  if (typeof item === 'string' && bounds.length === 3)
    throw new FunctionError('cannot 3-index slice a string')
  const capacity = capacityOf(item)
  const [from = 0, to = lengthOf(item), end = to] = bounds.map((bound) => position(bound, capacity))
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`)
  if (to > end) throw new FunctionError(`invalid slice index: ${to} > ${end}`)
  if (typeof item === 'string') return item.slice(from, to)
  if (item instanceof GoBytes) return new GoBytes(item.data.slice(from, to))
  return item instanceof GoSlice
    ? sliced(item, { from, to, end: bounds.length === 3 ? end : capacity })
    : undefined
}

function capacityOf(item: Value): number {
  if (typeof item === 'string') return item.length
  if (item instanceof GoSlice) return item.capacity
  if (item instanceof GoBytes) return item.data.length
  throw new FunctionError(`can't slice item of type ${typeName(item)}`)
}

/** A part of a slice; what lies between its length and its capacity is nil. */
export function sliced(
  list: GoSlice,
  { from, to, end }: { from: number; to: number; end: number },
): GoSlice {
  const items = list.items.slice(from, to)
  const zero = list.type.element === 'string' ? '' : null
  while (items.length < to - from) items.push(zero)
  return new GoSlice(items, list.type, { capacity: end - from })
}

function callValue(callee: string, called: Value): Value {
  if (called === null || called === undefined) throw new FunctionError('call of nil')
  if (called instanceof GoFunctionValue) throw new FunctionError('functions are no values here')
  const shown = isObject(called) ? called.goType : typeName(called)
  throw new FunctionError(`non-function ${callee} of type ${shown}`)
}
