const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00c2\u00b5s': 1_000n,
  '\u00ce\u00bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const LIMIT = 1n << 63n

/** `time.ParseDuration` of Go 1.26: nanoseconds, or Go's reason why it is none. */
export function parseDuration(text: string): bigint | string {
  const invalid = `time: invalid duration ${quoteDuration(text)}`
  const isNegative = text.startsWith('-')
  let rest = text.replace(/^[-+]/, '')
  if (rest === '0') return 0n
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const piece = nextPiece(rest)
    if (piece === undefined) return invalid
    if (typeof piece === 'string') return `time: ${piece} in duration ${quoteDuration(text)}`
    total += piece.nanoseconds
    if (total > LIMIT) return invalid
    rest = piece.rest
  }
  if (isNegative) return -total
  return total >= LIMIT ? invalid : total
}

/** A number and its unit; the reason why the unit is none; nothing where the number is none. */
function nextPiece(text: string): { nanoseconds: bigint; rest: string } | string | undefined {
  const [number = '', whole = '', fraction = ''] = /^(\d*)(?:\.(\d*))?/.exec(text) ?? []
  if (whole === '' && fraction === '') return undefined
  const count = BigInt(whole === '' ? '0' : whole.slice(0, 40))
  if (count > LIMIT) return undefined
  const afterNumber = text.slice(number.length)
  const name = /^[^.\d]*/.exec(afterNumber)?.[0] ?? ''
  if (name === '') return 'missing unit'
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined
  if (unit === undefined) return `unknown unit ${quoteDuration(name)}`
  return {
    nanoseconds: count * unit + fractionOf(fraction, unit),
    rest: afterNumber.slice(name.length),
  }
}

function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === '') return 0n
  const kept = digits.slice(0, 18)
  return BigInt(Math.trunc(Number(kept) * (Number(unit) / 10 ** kept.length)))
}

/** `Duration.String`: 1h2m3.5s, 1.5ms, 0s. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}\u00c2\u00b5s`
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`
  const seconds = size / 1_000_000_000n
  const short = decimal(size - (seconds - (seconds % 60n)) * 1_000_000_000n, 9)
  const minutes = seconds / 60n
  if (minutes === 0n) return `${sign}${short}s`
  const hours = minutes / 60n
  return hours === 0n ? `${sign}${minutes}m${short}s` : `${sign}${hours}h${minutes % 60n}m${short}s`
}

function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0')
  const fraction = text.slice(-digits).replace(/0+$/, '')
  const whole = text.slice(0, -digits)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** How package time quotes: bytes beyond ASCII as \x, quotes and backslashes escaped. */
export function quoteDuration(text: string): string {
  const inner = text.replaceAll(/["\\]|[^ -\x7f]/g, (char) =>
    char === '"' || char === '\\'
      ? `\\${char}`
      : String.raw`\x` + char.charCodeAt(0).toString(16).padStart(2, '0'),
  )
  return `"${inner}"`
}
