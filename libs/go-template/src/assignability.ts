import {
  ANY_MAP,
  ANY_SLICE,
  GoMap,
  GoSlice,
  sliceOf,
  STRING_MAP,
  typeName,
  type Value,
} from './values.ts'

const INTEGERS: ReadonlySet<string> = new Set([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'time.Duration',
])

/** Whether a parameter of a type takes a value as it is (`reflect.Type.AssignableTo`). */
export function isAssignable(value: Value, type: string): boolean {
  if (type === 'interface {}' || type === 'reflect.Value') return true
  if (typeName(value) === type) return true
  const isComposite = value instanceof GoMap || value instanceof GoSlice
  return isComposite && value.type.underlying === type
}

/** Whether nil is a value of the type. */
export function canBeNil(type: string): boolean {
  return /^(?:interface \{\}|reflect\.Value|map\[|\[\]|\*|func)/.test(type)
}

/** The zero value of a type that can be nil. */
export function nilOf(type: string): Value {
  if (type === 'reflect.Value') return undefined
  if (type.startsWith('map['))
    return new GoMap(new Map(), type === STRING_MAP.name ? STRING_MAP : ANY_MAP, true)
  if (!type.startsWith('[]')) return null
  const slice = type === ANY_SLICE.name ? ANY_SLICE : sliceOf(type.slice(2))
  return new GoSlice([], slice, { isNil: true })
}

export function isIntegerType(type: string): boolean {
  return INTEGERS.has(type)
}
