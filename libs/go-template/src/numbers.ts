/** Go's strconv: how numbers are read. All texts are Go bytes; none of these is locale dependent. */

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n
/** Longer digit strings cannot be 64-bit integers, and BigInt takes quadratic time over them. */
const DIGITS_MAX = 128

export type NumberProblem = 'invalid syntax' | 'value out of range'
export type Parsed<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value: T; readonly problem: NumberProblem }

const SYNTAX: Parsed<bigint> = { value: 0n, problem: 'invalid syntax' }
const BASES: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 }

/** `strconv.ParseInt(text, base, 64)`; base 0 reads prefixes and underscores. Out of range gives the nearest value. */
export function parseInteger(text: string, base: 0 | 2 | 8 | 10 | 16 = 10): Parsed<bigint> {
  const sign = /^[-+]/.test(text) ? text.charAt(0) : ''
  const size = parseUnsigned(text.slice(sign.length), base)
  if (size.problem === 'invalid syntax') return size
  const value = sign === '-' ? -size.value : size.value
  if (value > INT64_MAX) return { value: INT64_MAX, problem: 'value out of range' }
  if (value < INT64_MIN) return { value: INT64_MIN, problem: 'value out of range' }
  return { value }
}

/** `strconv.ParseUint(text, base, 64)`. */
export function parseUnsigned(text: string, base: 0 | 2 | 8 | 10 | 16 = 10): Parsed<bigint> {
  const { digits, radix } = base === 0 ? prefixed(text) : { digits: text, radix: base }
  if (base === 0 && !areUnderscoresGood(text)) return SYNTAX
  const plain = base === 0 ? digits.replaceAll('_', '') : digits
  if (plain === '' || !isOfRadix(plain, radix)) return SYNTAX
  const short = plain.replace(/^0+(?=.)/, '')
  if (short.length > DIGITS_MAX) return { value: UINT64_MAX, problem: 'value out of range' }
  const value = radix === 10 ? BigInt(short) : BigInt(`${prefixOf(radix)}${short}`)
  return value > UINT64_MAX ? { value: UINT64_MAX, problem: 'value out of range' } : { value }
}

/** `strconv.ParseFloat(text, 64)`: decimal, hexadecimal, infinities and NaN. */
export function parseFloat64(text: string): Parsed<number> {
  const special = /^([-+]?)(?:inf|infinity)$/i.exec(text)
  if (special !== null) return { value: special[1] === '-' ? -Infinity : Infinity }
  if (/^nan$/i.test(text)) return { value: Number.NaN }
  if (text.includes('_') && !areUnderscoresGood(text.replace(/^[-+]/, '')))
    return { value: 0, problem: 'invalid syntax' }
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  if (/^[-+]?0[xX]/.test(plain)) return hexadecimalFloat(plain)
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(plain))
    return { value: 0, problem: 'invalid syntax' }
  const value = Number(plain)
  return Number.isFinite(value) ? { value } : { value, problem: 'value out of range' }
}

/** What Go makes of a float64 that is converted to int64 on amd64: out of range is the smallest integer. */
export function floatToInt64(value: number): bigint {
  if (!(value > -9.223372036854776e18 && value < 9.223372036854776e18)) return INT64_MIN
  return BigInt(Math.trunc(value))
}

function prefixed(text: string): { digits: string; radix: number } {
  if (!text.startsWith('0') || text.length === 1) return { digits: text, radix: 10 }
  const radix = BASES[text.charAt(1).toLowerCase()]
  if (radix !== undefined && text.length > 2) return { digits: text.slice(2), radix }
  return { digits: text.slice(1), radix: 8 }
}

function prefixOf(radix: number): string {
  if (radix === 16) return '0x'
  return radix === 8 ? '0o' : '0b'
}

function isOfRadix(digits: string, radix: number): boolean {
  switch (radix) {
    case 2:
      return /^[01]+$/.test(digits)
    case 8:
      return /^[0-7]+$/.test(digits)
    case 16:
      return /^[0-9a-fA-F]+$/.test(digits)
    default:
      return /^\d+$/.test(digits)
  }
}

/** An underscore stands between digits; the prefix of a base counts as a digit. */
function areUnderscoresGood(text: string): boolean {
  if (!text.includes('_')) return true
  const isHexadecimal = /^0[xX]/.test(text)
  const body = /^0[xXoObB]/.test(text) ? `0${text.slice(2)}` : text
  return isHexadecimal
    ? !/(?:^|[^0-9a-fA-F])_|_(?![0-9a-fA-F])/.test(body)
    : !/(?:^|\D)_|_(?!\d)/.test(body)
}

function hexadecimalFloat(text: string): Parsed<number> {
  const match = /^([-+]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([-+]?\d+)$/.exec(text)
  const digits = `${match?.[2] ?? ''}${match?.[3] ?? ''}`
  if (match === null || digits === '' || digits.length > DIGITS_MAX)
    return { value: 0, problem: 'invalid syntax' }
  const exponent = Number(match[4]) - 4 * (match[3]?.length ?? 0)
  // Scaling in two halves keeps the powers themselves within range.
  const half = Math.trunc(exponent / 2)
  const value = Number(BigInt(`0x${digits}`)) * 2 ** half * 2 ** (exponent - half)
  if (!Number.isFinite(value)) return { value, problem: 'value out of range' }
  return { value: match[1] === '-' ? -value : value }
}
