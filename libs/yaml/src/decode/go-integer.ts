import type { Flavour } from '../flavour.ts'

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n

const SAFE_DIGITS_MAX = 15 // 10^15 < 2^53

const DIGITS: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-fA-F]+$/,
}

/**
 * The integer that Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`, see in a text: with the prefixes 0x, 0o, 0b
 * and 0 (octal), from -2^63 to 2^64-1. `undefined` where both refuse.
 */
export function parseGoInteger(text: string, flavour: Flavour): number | bigint | undefined {
  const first = text.charCodeAt(0)
  const isSigned = first === 0x2b || first === 0x2d
  const digits = isSigned ? text.slice(1) : text
  const base = baseOf(digits)
  const body = base.digits
  const pattern = DIGITS[base.radix]
  if (pattern === undefined || !pattern.test(body)) return parseSignBehindPrefix(text, flavour)
  if (base.radix === 10 && body.length <= SAFE_DIGITS_MAX) {
    const magnitude = Number(body)
    return first === 0x2d && magnitude !== 0 ? -magnitude : magnitude
  }
  const magnitude = BigInt(base.prefix + body)
  return fit(first === 0x2d ? -magnitude : magnitude, isSigned)
}

interface Base {
  readonly radix: 2 | 8 | 10 | 16
  readonly prefix: '' | '0x' | '0o' | '0b'
  readonly digits: string
}

function baseOf(digits: string): Base {
  if (digits.length < 2 || digits.charCodeAt(0) !== 0x30) {
    return { radix: 10, prefix: '', digits }
  }
  switch (digits.charAt(1)) {
    case 'x':
    case 'X':
      return { radix: 16, prefix: '0x', digits: digits.slice(2) }
    case 'o':
    case 'O':
      return { radix: 8, prefix: '0o', digits: digits.slice(2) }
    case 'b':
    case 'B':
      return { radix: 2, prefix: '0b', digits: digits.slice(2) }
    default:
      return { radix: 8, prefix: '0o', digits: digits.slice(1) }
  }
}

/** Unsigned texts reach 2^64-1, signed ones end at 2^63-1. */
function fit(value: bigint, isSigned: boolean): number | bigint | undefined {
  const max = isSigned ? -INT64_MIN - 1n : UINT64_MAX
  if (value < INT64_MIN || value > max) return undefined
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

const SIGNED_BINARY = /^0b([-+])([01]+)$/
const SIGNED_OCTAL = /^0o([-+])([0-7]+)$/

/** go-yaml strips `0b` itself when Go refused, so that a sign may follow it: `0b-11` is -3. v3 does the same with `0o`. */
function parseSignBehindPrefix(text: string, flavour: Flavour): number | bigint | undefined {
  const binary = SIGNED_BINARY.exec(text)
  const match = binary ?? (flavour === 'yaml3' ? SIGNED_OCTAL.exec(text) : null)
  if (match === null) return undefined
  const magnitude = BigInt(`${binary === null ? '0o' : '0b'}${match[2] ?? ''}`)
  return fit(match[1] === '-' ? -magnitude : magnitude, true)
}
