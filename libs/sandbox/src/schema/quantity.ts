const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

const FORM = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<part>\d*))?(?<suffix>[A-Za-z]*|[eE][+-]?\d+)$/

/**
 * A quantity as the API server writes it: the largest suffix that leaves no fraction (`0.5` is `500m`, `1000` is
 * `1k`, `1024Mi` is `1Gi`). `undefined` for text that is no quantity (apimachinery, api/resource/quantity.go).
 */
export function canonicalQuantity(text: string): string | undefined {
  const known = canonical.get(text)
  if (known !== undefined) return known
  const made = canonicalize(text)
  if (made === undefined) return undefined
  if (canonical.size >= CACHE_MAX) canonical.clear()
  canonical.set(text, made)
  return made
}

const canonical = new Map<string, string>()
const CACHE_MAX = 10_000 // Manifests use few quantities, over and over.

function canonicalize(text: string): string | undefined {
  const groups = FORM.exec(text)?.groups
  if (groups === undefined) return undefined
  const { sign = '', whole = '', part = '', suffix = '' } = groups
  if (whole === '' && part === '') return undefined
  const minus = sign === '-' ? '-' : ''
  const power = BINARY.indexOf(suffix)
  if (power > 0) return binary(minus, { whole, part }, power)
  const exponent = /^[eE](?<power>[+-]?\d+)$/.exec(suffix)?.groups?.['power']
  if (exponent !== undefined) {
    const value = withExponent(whole + part, Number(exponent) - part.length)
    return value.digits === 0n ? '0' : `${minus}${printExponent(value)}`
  }
  const scale = DECIMAL[suffix]
  if (scale === undefined) return undefined
  return decimal(minus, whole + part, scale - part.length)
}

interface Scaled {
  readonly digits: bigint
  readonly power: number
}

/** The number without its trailing zeros. */
function withExponent(digits: string, power: number): Scaled {
  const trimmed = digits.replace(/0+$/, '')
  return {
    digits: BigInt(trimmed === '' ? '0' : trimmed),
    power: power + digits.length - trimmed.length,
  }
}

/** A power that is a multiple of three, below the number's own. */
function alignThree({ digits, power }: Scaled): Scaled {
  const aligned = Math.max(Math.floor(power / 3) * 3, NANO)
  if (power >= aligned) return { digits: digits * 10n ** BigInt(power - aligned), power: aligned }
  // Finer than a billionth: rounded up, away from zero.
  const divisor = 10n ** BigInt(aligned - power)
  return { digits: (digits + divisor - 1n) / divisor, power: aligned }
}

const NANO = -9

function decimal(minus: string, digits: string, power: number): string {
  const scaled = alignThree(withExponent(digits, power))
  if (scaled.digits === 0n) return '0'
  const exact = Object.entries(DECIMAL).find(([, exponent]) => exponent === scaled.power)
  if (exact !== undefined) return `${minus}${scaled.digits}${exact[0]}`
  return `${minus}${scaled.digits * 10n ** BigInt(scaled.power - 18)}E`
}

function printExponent(value: Scaled): string {
  const { digits, power } = alignThree(value)
  return power === 0 ? `${digits}` : `${digits}e${power}`
}

/** Binary suffixes stay, as large as leaves no fraction; what is below one is shown in decimal. */
function binary(minus: string, number: { whole: string; part: string }, power: number): string {
  const scale = 10n ** BigInt(number.part.length)
  const bytes = BigInt(number.whole + number.part) * 1024n ** BigInt(power)
  if (bytes % scale !== 0n) return decimal(minus, String((bytes * 1000n + scale - 1n) / scale), -3)
  let value = bytes / scale
  if (value === 0n) return '0'
  let suffix = 0
  while (value % 1024n === 0n && suffix < BINARY.length - 1) {
    value /= 1024n
    suffix += 1
  }
  return `${minus}${value}${BINARY[suffix] ?? ''}`
}
