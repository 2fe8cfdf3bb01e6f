import { ZONE_LETTERS } from './zone-names.ts'

/** Offset from UTC, and the letters by which it is known. */
export interface ZoneOffset {
  readonly name: string
  readonly seconds: number
}

/** A `time.Location`. */
export interface Zone {
  readonly name: string
  offsetAt(unixSeconds: number): ZoneOffset
}

export const UTC: Zone = { name: 'UTC', offsetAt: () => ({ name: 'UTC', seconds: 0 }) }
/** The zone of the machine is UTC for every render, so that equal input gives equal output. */
export const LOCAL: Zone = { name: 'Local', offsetAt: () => ({ name: 'UTC', seconds: 0 }) }

/** `time.Location{}`: what a copy of any location is. */
export const NAMELESS: Zone = { name: '', offsetAt: () => ({ name: 'UTC', seconds: 0 }) }

/** What JavaScript's dates hold; beyond it a zone keeps the offset of its end. */
const UNIX_SECONDS_MAX = 8_640_000_000_000
const NAME = /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/
const zones = new Map<string, Zone>()

/** `time.FixedZone`. */
export function fixedZone(name: string, seconds: number): Zone {
  return { name, offsetAt: () => ({ name, seconds }) }
}

/** `time.LoadLocation`; nothing for a zone that is not known. */
export function loadZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC
  if (name === 'Local') return LOCAL
  const known = zones.get(name)
  if (known !== undefined) return known
  const zone = NAME.test(name) ? makeZone(name) : undefined
  if (zone !== undefined) zones.set(name, zone)
  return zone
}

/** Zones without a place, which newer databases give the history of one. */
const FIXED_HOURS: Readonly<Record<string, number>> = { EST: -5, MST: -7, HST: -10 }

function makeZone(name: string): Zone | undefined {
  const hours = Object.hasOwn(FIXED_HOURS, name) ? FIXED_HOURS[name] : undefined
  if (hours !== undefined) return fixedZone(name, hours * 3600)
  const format = formatOf(name)
  if (format === undefined) return undefined
  const letters = lettersOf(name)
  return {
    name,
    offsetAt: (unixSeconds) => {
      const bounded = Math.min(Math.max(unixSeconds, -UNIX_SECONDS_MAX), UNIX_SECONDS_MAX)
      const parts = format.formatToParts(new Date(bounded * 1000))
      const seconds = secondsOf(parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT')
      return { name: letters.get(seconds) ?? numericName(seconds), seconds }
    },
  }
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function secondsOf(text: string): number {
  const match = /^GMT([-+])(\d+):(\d+)(?::(\d+))?$/.exec(text)
  if (match === null) return 0
  const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
  return match[1] === '-' ? -size : size
}

/** Offsets that are no whole quarter of an hour are those of the sun: local mean time. */
function numericName(seconds: number): string {
  if (seconds % 900 !== 0) return 'LMT'
  const minutes = Math.abs(seconds) / 60
  const sign = seconds < 0 ? '-' : '+'
  const hours = String(Math.trunc(minutes / 60)).padStart(2, '0')
  return minutes % 60 === 0 ? sign + hours : sign + hours + String(minutes % 60).padStart(2, '0')
}

function lettersOf(name: string): ReadonlyMap<number, string> {
  const row = ZONE_LETTERS.split('\n').find((line) =>
    ` ${line.split('|')[1] ?? ''} `.includes(` ${name} `),
  )
  const letters = new Map<number, string>()
  for (const match of (row ?? '').split('|')[0]?.matchAll(/([A-Za-z]+)([-+]\d+)(s?)/g) ?? [])
    letters.set(Number(match[2]) * (match[3] === 's' ? 1 : 60), match[1] ?? '')
  return letters
}
