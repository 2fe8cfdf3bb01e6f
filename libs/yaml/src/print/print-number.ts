import { formatFloat64 } from '../numbers/format-float.ts'
import { nameOfNonFinite } from '../numbers/format-json-number.ts'
import { YamlError } from '../yaml-error.ts'
import type { PrintStyle } from './print-style.ts'

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n
const PLAIN_DIGITS_BELOW = 1e21 // From here on JavaScript writes an exponent.

/**
 * Through JSON, what has no fraction and fits into 64 bits is an integer. Else every `number` is a Go float64, and every `bigint`
 * an integer.
 */
export function printNumber(value: number | bigint, style: PrintStyle): string {
  if (typeof value === 'bigint') return printInteger(value)
  if (style !== 'yaml2') return printFloat(value)
  if (Number.isSafeInteger(value)) return `${value}`
  if (!Number.isFinite(value)) {
    const name = nameOfNonFinite(value)
    throw new YamlError('YAML_NUMBER', `${name} cannot be printed`, {
      upstream: `json: unsupported value: ${name}`,
    })
  }
  const hasPlainDigits = Number.isInteger(value) && Math.abs(value) < PLAIN_DIGITS_BELOW
  return hasPlainDigits && fits(BigInt(`${value}`)) ? `${value}` : formatFloat64(value)
}

/** Beyond 64 bits Go has no integer. */
function printInteger(value: bigint): string {
  return fits(value) ? `${value}` : formatFloat64(Number(value))
}

function fits(value: bigint): boolean {
  return value >= INT64_MIN && value <= UINT64_MAX
}

function printFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return formatFloat64(value)
}
