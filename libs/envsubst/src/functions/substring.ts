import { EnvsubstError } from '../envsubst-error.ts'

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)

/**
 * `${v:offset}` and `${v:offset:length}` over a byte string. What is no integer leaves the value alone; a negative offset counts
 * from the end. Throws ENVSUBST_RANGE for a length that ends before the offset, where Flux crashes.
 */
export function substring(value: string, offsetText: string, lengthText?: string): string {
  const written = parseInteger(offsetText)
  if (written === undefined) return value
  const size = BigInt(value.length)
  const offset = written < 0n ? atLeastZero(size + written) : written
  if (lengthText === undefined) return value.slice(Number(offset))
  const length = parseInteger(lengthText)
  if (length === undefined) return value
  const end = offset + length
  if (end >= size && end <= INT64_MAX) return offset < size ? value.slice(Number(offset)) : ''
  if (end >= offset && end <= INT64_MAX) return value.slice(Number(offset), Number(end))
  throw new EnvsubstError('ENVSUBST_RANGE', `a part from ${offset} to ${end} does not exist`)
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value
}

/** As Go's `strconv.Atoi`. */
function parseInteger(text: string): bigint | undefined {
  if (!/^[-+]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined
}
