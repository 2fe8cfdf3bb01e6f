const EXPONENT_FROM = 1e21
const EXPONENT_BELOW = 1e-6

/**
 * A float64 as Go's encoding/json writes it: plain digits from 1e-6 up to 1e21, else exponent form without a leading zero
 * in the exponent. `undefined` for what JSON cannot hold.
 */
export function formatJsonNumber(value: number): string | undefined {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : `${value}`
  if (!Number.isFinite(value)) return undefined
  const magnitude = Math.abs(value)
  if (magnitude >= EXPONENT_FROM || (magnitude < EXPONENT_BELOW && magnitude > 0)) {
    return value.toExponential()
  }
  return `${value}`
}

/** NaN and infinities as Go's message names them. */
export function nameOfNonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}
