import { type GoFunction } from './function.ts'

/**
 * A Go value, as a template sees it. `null` is a nil `interface{}`, `undefined` is no value at all (Go's
 * zero `reflect.Value`): text/template tells the two apart, so must we. A JavaScript number is a float64,
 * a JavaScript string a Go string (see byte-string.ts); everything else is one of the classes below.
 */
export type Value =
  | undefined
  | null
  | boolean
  | string
  | number
  | GoInteger
  | GoComplex
  | GoMap
  | GoSlice
  | GoBytes
  | GoObject
  | GoFunctionValue

export type IntegerType =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'

/** An integer of a Go type; arithmetic wraps at its width. */
export class GoInteger {
  readonly type: IntegerType
  readonly value: bigint

  constructor(type: IntegerType, value: bigint) {
    this.type = type
    this.value = value
  }
}

const SMALL_MAX = 256
const small = Array.from(
  { length: SMALL_MAX },
  (_, value) =>
    [new GoInteger('int', BigInt(value)), new GoInteger('int64', BigInt(value))] as const,
)

/** A Go `int` (64 bits). */
export function goInt(value: number | bigint): GoInteger {
  const cached = value >= 0 && value < SMALL_MAX ? small[Number(value)]?.[0] : undefined
  return cached ?? new GoInteger('int', BigInt.asIntN(64, BigInt(value)))
}

/** A Go `int64`. */
export function goInt64(value: number | bigint): GoInteger {
  const cached = value >= 0 && value < SMALL_MAX ? small[Number(value)]?.[1] : undefined
  return cached ?? new GoInteger('int64', BigInt.asIntN(64, BigInt(value)))
}

export class GoComplex {
  readonly real: number
  readonly imaginary: number

  constructor(real: number, imaginary: number) {
    this.real = real
    this.imaginary = imaginary
  }
}

/** Methods by name; each gives the function that is bound to a receiver. */
export type Methods = Readonly<Record<string, (receiver: Value) => GoFunction>>

/** The type of a map with string keys: its name, what its elements are, and its methods if it has any. */
export interface MapType {
  readonly name: string
  readonly element: string
  /** What a missing key gives with `missingkey=zero`. */
  readonly zero: Value
  /** The unnamed type below a named one; both may be given where the other is asked for. */
  readonly underlying: string
  readonly methods?: Methods
}

export const ANY_MAP: MapType = {
  name: 'map[string]interface {}',
  element: 'interface {}',
  zero: null,
  underlying: 'map[string]interface {}',
}

export const STRING_MAP: MapType = {
  name: 'map[string]string',
  element: 'string',
  zero: '',
  underlying: 'map[string]string',
}

/** What stands for a struct where it becomes JSON: its fields keep their order. */
export const STRUCT_MAP: MapType = { ...ANY_MAP, name: 'struct' }

/** A map with string keys. Its entries have no order: whatever prints or ranges sorts by the bytes of the key. */
export class GoMap {
  readonly type: MapType
  readonly entries: Map<string, Value>
  readonly isNil: boolean
  /** The keys that templates read by name, where somebody wants to know. */
  reads: Set<string> | undefined

  constructor(entries: Map<string, Value> = new Map(), type: MapType = ANY_MAP, isNil = false) {
    this.entries = entries
    this.type = type
    this.isNil = isNil
  }

  /** The keys in the order of their bytes, as Go prints and ranges over maps; those of a struct as they are. */
  sortedKeys(): string[] {
    if (this.type === STRUCT_MAP) return [...this.entries.keys()]
    // oxlint-disable-next-line unicorn/no-array-sort -- The array is new; a copy of it would be for nothing.
    return [...this.entries.keys()].sort(compareBytes)
  }
}

/** The order of Go strings. */
export function compareBytes(left: string, right: string): number {
  if (left < right) return -1
  return left > right ? 1 : 0
}

export interface SliceType {
  readonly name: string
  readonly element: string
  readonly underlying: string
  readonly methods?: Methods
}

export const ANY_SLICE: SliceType = sliceOf('interface {}')
export const STRING_SLICE: SliceType = sliceOf('string')
export const INT_SLICE: SliceType = sliceOf('int')
export const SLICE_OF_SLICES: SliceType = sliceOf('[]interface {}')
export const SLICE_OF_MAPS: SliceType = sliceOf('map[string]interface {}')

/** The unnamed slice type of an element type. */
export function sliceOf(element: string): SliceType {
  return { name: `[]${element}`, element, underlying: `[]${element}` }
}

export class GoSlice {
  readonly type: SliceType
  readonly items: Value[]
  readonly isNil: boolean
  /** What Go's `cap` would say: slicing beyond the length is allowed up to it. */
  readonly capacity: number

  constructor(
    items: Value[],
    type: SliceType = ANY_SLICE,
    options: { readonly isNil?: boolean; readonly capacity?: number } = {},
  ) {
    this.items = items
    this.type = type
    this.isNil = options.isNil ?? false
    this.capacity = options.capacity ?? items.length
  }
}

/** `[]byte`. */
export class GoBytes {
  readonly data: string

  constructor(data: string) {
    this.data = data
  }
}

/** A function as a value: only `call` can use it. */
export class GoFunctionValue {
  readonly function: GoFunction

  constructor(called: GoFunction) {
    this.function = called
  }
}

export interface Field {
  readonly name: string
  readonly value: Value
  /** The declared type, where it is an interface. */
  readonly declared?: 'interface {}'
}

/** A Go struct, or a pointer to one: fields in their order, methods by name, and how it prints itself. */
export interface GoObject {
  readonly goType: string
  readonly goKind: 'struct' | 'ptr' | 'int64' | 'int'
  /** Of a pointer: it points nowhere. */
  readonly isNil?: boolean
  readonly fields: readonly Field[]
  /** Fields of an embedded struct, which are found but not printed. */
  readonly promoted?: readonly Field[]
  readonly methods: Methods
  /** Fields that Go hides from templates: an error says so, and `fmt` prints them. */
  readonly hidden?: () => readonly Field[]
  /** The number, where the kind is one. */
  readonly integer?: bigint
  /** Another number of the type. */
  readonly withInteger?: (integer: bigint) => GoObject
  /** What `String()` or `Error()` gives, where the type has one. */
  readonly asText?: () => string
  /** What `GoString()` gives, where the type has one. */
  readonly asGoText?: () => string
  /** What an action prints for a field of this type, where its `String` needs an address. */
  readonly addressedText?: () => string
  /** What JSON and YAML say of it, where they can. */
  readonly asJson?: () => Value
  /** Whether YAML takes its names from tags too. */
  readonly hasYamlTags?: boolean
  /** What `copystructure` makes of it, where that is not the same: it leaves hidden fields empty. */
  readonly copied?: () => GoObject
  /** Whether two of this type are `==`, where the fields do not say it. */
  readonly equals?: (other: GoObject) => boolean
}

/** Everything that is a `GoObject`, after the other classes were ruled out. */
export function isObject(value: Value): value is GoObject {
  return typeof value === 'object' && value !== null && 'goType' in value
}

/** What `==` and `reflect.DeepEqual` compare: fields that templates see, and those that they do not. */
export function partsOf({ fields, hidden }: GoObject): readonly Field[] {
  return [...fields, ...(hidden?.() ?? [])]
}

/** What a pointer points to, where it is one: Go looks through them in many places. */
export function indirect(value: Value): Value {
  const isPointer = isObject(value) && value.goKind === 'ptr'
  return isPointer ? { ...value, goKind: 'struct', goType: value.goType.replace('*', '') } : value
}

export function isList(value: Value): value is GoSlice | GoBytes {
  return value instanceof GoSlice || value instanceof GoBytes
}

/** The items of a list, each byte of a `[]byte` as a uint8. */
export function itemsOf(list: GoSlice | GoBytes): readonly Value[] {
  if (list instanceof GoSlice) return list.items
  return Array.from(list.data, (byte) => new GoInteger('uint8', BigInt(byte.charCodeAt(0))))
}

/** The name of the dynamic type, as `%T` prints it; `<nil>` for none. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    default:
      return objectTypeName(value)
  }
}

// oxlint-disable-next-line typescript/no-redundant-type-constituents -- The list is what can arrive.
function objectTypeName(value: Exclude<Value, string | number | boolean>): string {
  if (value === null || value === undefined) return '<nil>'
  if (value instanceof GoInteger) return value.type
  if (value instanceof GoMap || value instanceof GoSlice) return value.type.name
  if (value instanceof GoBytes) return '[]uint8'
  if (value instanceof GoComplex) return 'complex128'
  return value instanceof GoFunctionValue ? 'func(...)' : value.goType
}

/** The kind, as `reflect.Kind` prints it; `invalid` for no value. */
export function kindName(value: Value): string {
  if (value instanceof GoMap) return 'map'
  if (value instanceof GoSlice || value instanceof GoBytes) return 'slice'
  if (value === null || value === undefined) return 'invalid'
  if (value instanceof GoFunctionValue) return 'func'
  return isObject(value) ? value.goKind : typeName(value)
}

/** A list that `append` filled one by one: Go doubles the room, so that is its capacity. */
export function appendedCapacity(length: number): number {
  let capacity = length === 0 ? 0 : 1
  while (capacity < length) capacity *= 2
  return capacity
}
