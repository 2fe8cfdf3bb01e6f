/**
 * The shortest digits that give the number back, as Go's `strconv.FormatFloat(value, 'g', -1, 64)`: exponent form below
 * 1e-4 and from 1e6 on, with at least two digits of exponent.
 */
export function formatFloat64(value: number): string {
  return formatShortest(value, value.toExponential())
}

/** The same with the digits of the nearest 32-bit float: `FormatFloat(value, 'g', -1, 32)`. */
export function formatFloat32(value: number): string {
  const single = Math.fround(value)
  return formatShortest(single, Number.isFinite(single) ? shortestFloat32(single) : '')
}

/** The fewest digits of which the nearest 32-bit float is this one: 9 always do. */
function shortestFloat32(single: number): string {
  for (let digits = 0; digits < 8; digits += 1) {
    const text = single.toExponential(digits)
    if (Math.fround(Number(text)) === single) return text
  }
  return single.toExponential(8)
}

const EXPONENT_MIN = -4
const EXPONENT_PLAIN_MAX = 6 // What Go takes for the precision when the digits are the shortest.

function formatShortest(value: number, exponential: string): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', exponentText = '0'] = exponential.split('e')
  const exponent = Number(exponentText)
  if (exponent < EXPONENT_MIN || exponent >= EXPONENT_PLAIN_MAX) {
    const digits = `${Math.abs(exponent)}`.padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  return plain(mantissa, exponent)
}

function plain(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace('-', '').replace('.', '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}
