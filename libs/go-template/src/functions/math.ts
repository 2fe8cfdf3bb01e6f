import { type CallContext } from '../call-context.ts'
import { FunctionError } from '../errors.ts'
import { sprint } from '../fmt/print.ts'
import { fixed, type GoFunction, variadic } from '../function.ts'
import { parseInteger } from '../numbers.ts'
import { appendedCapacity, goInt, goInt64, GoSlice, INT_SLICE, type Value } from '../values.ts'
import { floatOf, integerOf } from './arguments.ts'
import { toFloat64, toInt64 } from './cast.ts'
import { add, type Decimal, decimalOf, divide, multiply, subtract, toFloat } from './decimal.ts'

const ANY = 'interface {}'

/** Number functions of sprig v3.3.0. */
export const mathFunctions: Readonly<Record<string, GoFunction>> = {
  int: fixed([ANY], ([value]) => goInt(toInt64(value))),
  int64: fixed([ANY], ([value]) => goInt64(toInt64(value))),
  float64: fixed([ANY], ([value]) => toFloat64(value)),
  toDecimal: fixed([ANY], ([value]) => {
    const parsed = parseInteger(sprint([value]), 8)
    return goInt64(parsed.problem === undefined ? parsed.value : 0n)
  }),
  add1: fixed([ANY], ([value]) => goInt64(toInt64(value) + 1n)),
  add: variadic([ANY], (args) =>
    goInt64(args.reduce<bigint>((sum, arg) => sum + toInt64(arg), 0n)),
  ),
  sub: fixed([ANY, ANY], ([left, right]) => goInt64(toInt64(left) - toInt64(right))),
  div: fixed([ANY, ANY], ([left, right]) => goInt64(toInt64(left) / divisor(right))),
  mod: fixed([ANY, ANY], ([left, right]) => goInt64(toInt64(left) % divisor(right))),
  mul: variadic([ANY, ANY], ([first, ...others]) =>
    goInt64(
      others.reduce<bigint>(
        (product, arg) => BigInt.asIntN(64, product * toInt64(arg)),
        toInt64(first),
      ),
    ),
  ),
  add1f: fixed([ANY], ([value]) => decimal(value, [goInt(1)], add)),
  addf: variadic([ANY], (args) => decimal(0, args, add)),
  subf: variadic([ANY, ANY], ([first, ...others]) => decimal(first, others, subtract)),
  divf: variadic([ANY, ANY], ([first, ...others]) => decimal(first, others, divide)),
  mulf: variadic([ANY, ANY], ([first, ...others]) => decimal(first, others, multiply)),
  biggest: variadic([ANY, ANY], (args) => goInt64(extreme(args, (left, right) => left > right))),
  max: variadic([ANY, ANY], (args) => goInt64(extreme(args, (left, right) => left > right))),
  min: variadic([ANY, ANY], (args) => goInt64(extreme(args, (left, right) => left < right))),
  maxf: variadic([ANY, ANY], (args) =>
    args.map(toFloat64).reduce((most, next) => Math.max(most, next)),
  ),
  minf: variadic([ANY, ANY], (args) =>
    args.map(toFloat64).reduce((least, next) => Math.min(least, next)),
  ),
  ceil: fixed([ANY], ([value]) => Math.ceil(toFloat64(value))),
  floor: fixed([ANY], ([value]) => Math.floor(toFloat64(value))),
  round: variadic([ANY, 'int', 'float64'], ([value, places, half = 0.5]) =>
    round(toFloat64(value), integerOf(places), floatOf(half)),
  ),
  until: fixed(['int'], ([count], context) => {
    const end = integerOf(count)
    return intSlice(steps({ start: 0, end, step: end < 0 ? -1 : 1 }, context))
  }),
  untilStep: fixed(['int', 'int', 'int'], ([start, end, step], context) =>
    intSlice(
      steps({ start: integerOf(start), end: integerOf(end), step: integerOf(step) }, context),
    ),
  ),
  seq: variadic(['int'], (args, context) => sequence(args.map(integerOf), context)),
}

function divisor(value: Value): bigint {
  const number = toInt64(value)
  if (number === 0n) throw new FunctionError('runtime error: integer divide by zero')
  return number
}

function decimal(
  first: Value,
  others: readonly Value[],
  operation: (left: Decimal, right: Decimal) => Decimal,
): number {
  const start = decimalOf(toFloat64(first))
  return toFloat(
    others.reduce<Decimal>(
      (result, other) => operation(result, decimalOf(toFloat64(other))),
      start,
    ),
  )
}

function extreme(
  args: readonly Value[],
  isBetter: (left: bigint, right: bigint) => boolean,
): bigint {
  const [first = 0n, ...others] = args.map(toInt64)
  return others.reduce((best, next) => (isBetter(next, best) ? next : best), first)
}

/** Rounds up from `half`, through a power of ten, with the errors of float64 that this brings. */
function round(value: number, places: number, half: number): number {
  const power = powerOfTen(places)
  const digit = power * value
  const fraction = Number.isFinite(digit) ? digit - Math.trunc(digit) : Number.NaN
  return (fraction >= half ? Math.ceil(digit) : Math.floor(digit)) / power
}

function powerOfTen(places: number): number {
  if (places < -323) return 0
  return Number(`1e${places}`)
}

interface Steps {
  readonly start: number
  readonly end: number
  readonly step: number
}

/** `untilStep`: counts towards the end, which is left out. */
function steps({ start, end, step }: Steps, { budget }: CallContext): number[] {
  const isDown = end < start
  if (isDown ? step >= 0 : step <= 0) return []
  const count = Math.ceil((end - start) / step)
  budget.list(count)
  return Array.from({ length: count }, (_, index) => start + index * step)
}

function intSlice(numbers: readonly number[]): GoSlice {
  return new GoSlice(
    numbers.map((number) => goInt(number)),
    INT_SLICE,
    { capacity: appendedCapacity(numbers.length) },
  )
}

/** `seq` of the shell: one, two or three numbers. */
function sequence(numbers: readonly number[], context: CallContext): string {
  const [first = 0, second = 0, third = 0] = numbers
  switch (numbers.length) {
    case 1: {
      const step = first < 1 ? -1 : 1
      return steps({ start: 1, end: first + step, step }, context).join(' ')
    }
    case 2: {
      const step = second < first ? -1 : 1
      return steps({ start: first, end: second + step, step }, context).join(' ')
    }
    case 3: {
      const direction = third < first ? -1 : 1
      if (direction === -1 && second > 0) return ''
      return steps({ start: first, end: third + direction, step: second }, context).join(' ')
    }
    default:
      return ''
  }
}
