import { FunctionError } from '../errors.ts'

/** Digits after the point to which shopspring/decimal divides. */
const DIVISION_DIGITS = 16

/** An exact decimal number: value × 10^exponent, as shopspring/decimal holds it. */
export interface Decimal {
  readonly value: bigint
  readonly exponent: number
}

/** The shortest decimal that reads back as the same float64. */
export function decimalOf(float: number): Decimal {
  if (!Number.isFinite(float)) {
    const shown = Number.isNaN(float) ? 'NaN' : float > 0 ? '+Inf' : '-Inf'
    throw new FunctionError(`Cannot create a Decimal from ${shown}`)
  }
  const [mantissa = '0', exponent = '0'] = float.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { value: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}

export function add(left: Decimal, right: Decimal): Decimal {
  const [first, second] = aligned(left, right)
  return { value: first.value + second.value, exponent: first.exponent }
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  return add(left, { value: -right.value, exponent: right.exponent })
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  return { value: left.value * right.value, exponent: left.exponent + right.exponent }
}

/** Rounded to 16 digits after the point, half away from zero. */
export function divide(left: Decimal, right: Decimal): Decimal {
  if (right.value === 0n) throw new FunctionError('decimal division by 0')
  const [first, second] = aligned(left, right)
  const numerator = first.value * 10n ** BigInt(DIVISION_DIGITS)
  const quotient = numerator / second.value
  const rest = numerator % second.value
  const isHalf = 2n * magnitude(rest) >= magnitude(second.value)
  const isNegative = numerator < 0n !== second.value < 0n
  const value = isHalf ? quotient + (isNegative ? -1n : 1n) : quotient
  return { value, exponent: -DIVISION_DIGITS }
}

/** The nearest float64. */
export function toFloat({ value, exponent }: Decimal): number {
  return Number(`${value}e${exponent}`)
}

function aligned(left: Decimal, right: Decimal): [Decimal, Decimal] {
  const exponent = Math.min(left.exponent, right.exponent)
  return [scaled(left, exponent), scaled(right, exponent)]
}

function scaled({ value, exponent }: Decimal, to: number): Decimal {
  return { value: value * 10n ** BigInt(exponent - to), exponent: to }
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
