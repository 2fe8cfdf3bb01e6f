/** Digits of a number and where its point stands: 0.d1d2d3… × 10^point. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

/** Shortest digits that read back as the same number (`strconv` precision -1). */
export const SHORTEST = -1
/** Above this exponent the shortest form of `%g` is scientific, whatever its digits. */
const SHORTEST_EXPONENT_MAX = 6
const MANTISSA_BITS = 52
const EXPONENT_BIAS = 1023

/** `strconv.FormatFloat(value, verb, precision, 64)` of Go 1.26. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (size === Infinity) return sign === '-' ? '-Inf' : '+Inf'
  if (verb === 'b') return sign + binaryExponent(size)
  if (verb === 'x' || verb === 'X') return sign + hexadecimal(size, verb, precision)
  return sign + decimalForm(size, verb, precision)
}

function decimalForm(
  size: number,
  verb: Exclude<FloatVerb, 'b' | 'x' | 'X'>,
  asked: number,
): string {
  const shortest = asked < 0
  const decimal = shortest ? shortestDigits(size) : roundedDigits(size, verb, asked)
  const count = decimal.digits.length
  switch (verb) {
    case 'e':
    case 'E':
      return scientific(decimal, shortest ? Math.max(count - 1, 0) : asked, verb)
    case 'f':
      return positional(decimal, shortest ? Math.max(count - decimal.point, 0) : asked)
    default:
      return general(decimal, { verb, asked, shortest })
  }
}

function general(
  decimal: Decimal,
  { verb, asked, shortest }: { verb: 'g' | 'G'; asked: number; shortest: boolean },
): string {
  const count = decimal.digits.length
  let limit = shortest ? count : asked === 0 ? 1 : asked
  const precision = limit
  if (limit > count && count >= decimal.point) limit = count
  if (shortest) limit = SHORTEST_EXPONENT_MAX
  const exponent = decimal.point - 1
  if (exponent < -4 || exponent >= limit)
    return scientific(decimal, Math.min(precision, count) - 1, verb === 'g' ? 'e' : 'E')
  return positional(decimal, Math.max(count - decimal.point, 0))
}

function shortestDigits(size: number): Decimal {
  if (size === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent = '0'] = size.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** Exact digits, rounded half to even where Go rounds: `toFixed` of JavaScript rounds half up. */
function roundedDigits(size: number, verb: 'e' | 'E' | 'f' | 'g' | 'G', asked: number): Decimal {
  const exact = exactDigits(size)
  if (verb === 'f') return roundAt(exact, exact.point + asked)
  if (verb === 'g' || verb === 'G') return roundAt(exact, asked === 0 ? 1 : asked)
  return roundAt(exact, asked + 1)
}

function exactDigits(size: number): Decimal {
  if (size === 0) return { digits: '', point: 0 }
  const { mantissa, exponent } = parts(size)
  const digits =
    exponent >= 0
      ? (mantissa << BigInt(exponent)).toString()
      : (mantissa * 5n ** BigInt(-exponent)).toString()
  const point = exponent >= 0 ? digits.length : digits.length + exponent
  return { digits: digits.replace(/0+$/, ''), point }
}

function roundAt({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0) return { digits: '', point: 0 }
  if (count >= digits.length) return { digits, point }
  if (!roundsUp(digits, count)) return trimmed(digits.slice(0, count), point)
  const kept = (BigInt(`0${digits.slice(0, count)}`) + 1n).toString()
  if (kept.length > count) return trimmed(kept, point + 1)
  return trimmed(kept.padStart(count, '0'), point)
}

function roundsUp(digits: string, count: number): boolean {
  const next = digits.charCodeAt(count) - 48
  const isHalf = next === 5 && count + 1 === digits.length
  if (!isHalf) return next >= 5
  return count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 !== 0
}

function trimmed(digits: string, point: number): Decimal {
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? { digits: '', point: 0 } : { digits: kept, point }
}

function scientific({ digits, point }: Decimal, precision: number, letter: 'e' | 'E'): string {
  const first = digits.charAt(0) === '' ? '0' : digits.charAt(0)
  const rest = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : ''
  const exponent = digits === '' ? 0 : point - 1
  const size = String(Math.abs(exponent)).padStart(2, '0')
  return `${first}${rest}${letter}${exponent < 0 ? '-' : '+'}${size}`
}

function positional({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (precision <= 0) return whole
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`
}

function binaryExponent(size: number): string {
  const { mantissa, exponent } = parts(size)
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`
}

function parts(size: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, size)
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> BigInt(MANTISSA_BITS)) & 0x7ff
  const fraction = bits & ((1n << BigInt(MANTISSA_BITS)) - 1n)
  const mantissa = biased === 0 ? fraction : fraction | (1n << BigInt(MANTISSA_BITS))
  return { mantissa, exponent: Math.max(biased, 1) - EXPONENT_BIAS - MANTISSA_BITS }
}

/** `%x`: one hexadecimal digit, a fraction, and a binary exponent of at least two digits. */
function hexadecimal(size: number, verb: 'x' | 'X', precision: number): string {
  const split = parts(size)
  let mantissa = split.mantissa
  let exponent = mantissa === 0n ? 0 : split.exponent + 60
  // Sixty bits after the point, so that the digits are fifteen whole ones.
  if (mantissa !== 0n)
    while (mantissa < 1n << 60n) {
      mantissa <<= 1n
      exponent -= 1
    }
  if (precision >= 0 && precision < 15) {
    const shift = BigInt(15 - precision) * 4n
    const half = 1n << (shift - 1n)
    const rest = mantissa & ((1n << shift) - 1n)
    mantissa >>= shift
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa += 1n
    mantissa <<= shift
    if (mantissa >= 1n << 61n) {
      mantissa >>= 1n
      exponent += 1
    }
  }
  let fraction = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0')
  fraction =
    precision < 0
      ? fraction.replace(/0+$/, '')
      : fraction.slice(0, precision).padEnd(precision, '0')
  const text = `0x${mantissa >> 60n}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return verb === 'X' ? text.toUpperCase() : text
}
