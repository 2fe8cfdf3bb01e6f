import { FunctionError } from '../errors.ts'
import { sprintf } from '../fmt/printf.ts'
import { fixed, type GoFunction, variadic } from '../function.ts'
import {
  partsOf,
  GoComplex,
  GoInteger,
  GoMap,
  GoSlice,
  GoBytes,
  isObject,
  kindName,
  typeName,
  type Value,
} from '../values.ts'

type Basic = 'bool' | 'complex' | 'int' | 'float' | 'string' | 'uint' | 'none'

/** `eq`, `ne`, `lt`, `le`, `gt` and `ge` of text/template. */
export const comparisonFunctions: Readonly<Record<string, GoFunction>> = {
  eq: variadic(['reflect.Value', 'reflect.Value'], ([first, ...others]) =>
    equalsAny(first, others),
  ),
  ne: fixed(['reflect.Value', 'reflect.Value'], ([left, right]) => !equalsAny(left, [right])),
  lt: fixed(['reflect.Value', 'reflect.Value'], ([left, right]) => isLess(left, right)),
  le: fixed(['reflect.Value', 'reflect.Value'], ([left, right]) => isLessOrEqual(left, right)),
  gt: fixed(['reflect.Value', 'reflect.Value'], ([left, right]) => !isLessOrEqual(left, right)),
  ge: fixed(['reflect.Value', 'reflect.Value'], ([left, right]) => !isLess(left, right)),
}

function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison')
  return others.some((other) => equals(first, other))
}

function equals(left: Value, right: Value): boolean {
  const [leftKind, rightKind] = [basicKind(left), basicKind(right)]
  if (leftKind === rightKind)
    return leftKind === 'none' ? equalComposites(left, right) : compareBasic(left, right) === 0
  const [leftInteger, rightInteger] = [integerIn(left), integerIn(right)]
  if (leftInteger !== undefined && rightInteger !== undefined) return leftInteger === rightInteger
  if (!isNil(left) && !isNil(right)) throw incompatible(left, right)
  if (isTypedNil(left) || isTypedNil(right)) throw incompatible(left, right)
  return false
}

/** Maps, lists and structs: only nil and identity can be told. */
function equalComposites(left: Value, right: Value): boolean {
  const [leftKind, rightKind] = [kindName(left), kindName(right)]
  if (leftKind !== rightKind && leftKind !== 'invalid' && rightKind !== 'invalid')
    throw new FunctionError(
      `non-comparable types ${shown(left)}: ${typeName(left)}, ${typeName(right)}: ${sprintf('%v', [right])}`,
    )
  if (isNil(left) || isNil(right)) return isNil(left) === isNil(right)
  if (!isComparable(right))
    throw new FunctionError(`non-comparable type ${shown(right)}: ${typeName(right)}`)
  return isSame(left, right)
}

/** `==` of Go: of pointers the same one, of structs all fields. */
function isSame(left: Value, right: Value): boolean {
  if (left === right) return true
  if (!isObject(left) || !isObject(right)) return basicKind(left) !== 'none' && equals(left, right)
  if (left.equals !== undefined) return left.equals(right)
  if (left.goKind !== 'struct' || left.goType !== right.goType) return false
  const [ours, theirs] = [partsOf(left), partsOf(right)]
  return ours.every(({ value }, index) => isSame(value, theirs[index]?.value))
}

/** Maps and lists are not, nor structs with one in them. */
function isComparable(value: Value): boolean {
  if (value instanceof GoMap || value instanceof GoSlice || value instanceof GoBytes) return false
  if (!isObject(value) || value.goKind !== 'struct') return true
  return value.fields.every((field) => isComparable(field.value))
}

function isLessOrEqual(left: Value, right: Value): boolean {
  return isLess(left, right) || equals(left, right)
}

function isLess(left: Value, right: Value): boolean {
  const [leftKind, rightKind] = [basicKind(left), basicKind(right)]
  if (leftKind === 'none' || rightKind === 'none') throw badComparison()
  if (leftKind !== rightKind) {
    const [leftInteger, rightInteger] = [integerIn(left), integerIn(right)]
    if (leftInteger !== undefined && rightInteger !== undefined) return leftInteger < rightInteger
    throw incompatible(left, right)
  }
  if (leftKind === 'bool' || leftKind === 'complex') throw badComparison()
  return compareBasic(left, right) < 0
}

/** Negative, zero or positive; NaN for what is neither. */
function compareBasic(left: Value, right: Value): number {
  const [leftInteger, rightInteger] = [integerIn(left), integerIn(right)]
  if (leftInteger !== undefined && rightInteger !== undefined) {
    if (leftInteger === rightInteger) return 0
    return leftInteger < rightInteger ? -1 : 1
  }
  if (left instanceof GoComplex && right instanceof GoComplex)
    return left.real === right.real && left.imaginary === right.imaginary ? 0 : 1
  if (left === right) return 0
  return isOrderedBefore(left, right) ? -1 : 1
}

function isOrderedBefore(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left < right
  return typeof left === 'number' && typeof right === 'number' && left < right
}

function basicKind(value: Value): Basic {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'float'
    case 'boolean':
      return 'bool'
    default:
      if (value instanceof GoInteger) return value.type.startsWith('u') ? 'uint' : 'int'
      if (isObject(value) && (value.goKind === 'int64' || value.goKind === 'int')) return 'int'
      return value instanceof GoComplex ? 'complex' : 'none'
  }
}

/** The number of an integer of any type. */
function integerIn(value: Value): bigint | undefined {
  if (value instanceof GoInteger) return value.value
  return isObject(value) ? value.integer : undefined
}

function isNil(value: Value): boolean {
  return value === null || value === undefined || isTypedNil(value)
}

function isTypedNil(value: Value): boolean {
  return (value instanceof GoMap || value instanceof GoSlice) && value.isNil
}

function shown(value: Value): string {
  return sprintf('%s', [value])
}

function incompatible(left: Value, right: Value): FunctionError {
  return new FunctionError(
    `incompatible types for comparison: ${typeName(left)} and ${typeName(right)}`,
  )
}

function badComparison(): FunctionError {
  return new FunctionError('invalid type for comparison')
}
