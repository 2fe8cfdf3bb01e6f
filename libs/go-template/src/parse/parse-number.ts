import { quote } from '../fmt/quote.ts'
import { unquoteNext } from '../fmt/unquote.ts'
import { floatToInt64, parseFloat64, parseInteger, parseUnsigned } from '../numbers.ts'
import { GoComplex, goInt, type Value } from '../values.ts'
import { type NumberNode } from './nodes.ts'

/** A constant in all the types that it can take. */
export type NumberConstant = Pick<NumberNode, 'text' | 'ideal' | 'integer' | 'unsigned' | 'float'>

/** Reads a constant; a string is Go's reason why it is none. */
export function parseNumber(
  text: string,
  kind: 'number' | 'complex' | 'charConstant',
): NumberConstant | string {
  if (kind === 'charConstant') return character(text)
  if (kind === 'complex') return complex(text)
  if (text.endsWith('i')) {
    const imaginary = parseFloat64(text.slice(0, -1))
    if (imaginary.problem === undefined)
      return complexConstant(text, new GoComplex(0, imaginary.value))
  }
  return real(text)
}

function character(text: string): NumberConstant | string {
  const piece = unquoteNext(text, 1, "'")
  if (piece === undefined) return 'invalid syntax'
  if (text.slice(1 + piece.width) !== "'") return `malformed character constant: ${text}`
  const integer = BigInt(piece.rune)
  return { text, ideal: goInt(integer), integer, unsigned: integer, float: piece.rune }
}

function complex(text: string): NumberConstant | string {
  const split = text.slice(1).search(/(?<![eEpP])[-+]/) + 1
  const first = parseFloat64(text.slice(0, split))
  const second = parseFloat64(text.slice(split, -1))
  if (first.problem !== undefined || second.problem !== undefined)
    return 'syntax error scanning complex number'
  return complexConstant(text, new GoComplex(first.value, second.value))
}

function complexConstant(text: string, ideal: GoComplex): NumberConstant {
  if (ideal.imaginary !== 0)
    return { text, ideal, integer: undefined, unsigned: undefined, float: undefined }
  const float = ideal.real
  const integer = Number.isInteger(float) ? floatToInt64(float) : undefined
  return {
    text,
    ideal,
    integer,
    unsigned: integer !== undefined && integer >= 0n ? integer : undefined,
    float,
  }
}

function real(text: string): NumberConstant | string {
  const unsigned = parseUnsigned(text, 0)
  const integer = parseInteger(text, 0)
  const isUnsigned =
    unsigned.problem === undefined || (integer.problem === undefined && integer.value === 0n)
  if (integer.problem === undefined || unsigned.problem === undefined) {
    const isInteger = integer.problem === undefined
    const float = Number(isInteger ? integer.value : unsigned.value)
    return {
      text,
      ideal: idealOf(text, { float, integer: isInteger ? integer.value : undefined }),
      integer: isInteger ? integer.value : undefined,
      unsigned: isUnsigned ? unsigned.value : undefined,
      float,
    }
  }
  const parsed = parseFloat64(text)
  if (parsed.problem !== undefined) return `illegal number syntax: ${quote(text)}`
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`
  return floating(text, parsed.value)
}

function floating(text: string, float: number): NumberConstant {
  const isWhole = Number.isInteger(float)
  const integer = isWhole && Math.abs(float) < 2 ** 63 ? BigInt(float) : undefined
  const unsigned = isWhole && float >= 0 && float < 2 ** 64 ? BigInt(float) : undefined
  return { text, ideal: idealOf(text, { float, integer }), integer, unsigned, float }
}

/** The syntax decides: a point or an exponent makes a float64, all else is an int. */
function idealOf(
  text: string,
  { float, integer }: { float: number; integer: bigint | undefined },
): Value {
  const isHexadecimal = /^0[xX]/.test(text) && text.length > 2 && !/[pP]/.test(text)
  if (!isHexadecimal && /[.eEpP]/.test(text)) return float
  return integer === undefined ? undefined : goInt(integer)
}
