import { daysOf, weekdayOf } from './civil.ts'
import { type CivilTime, civilTime, type Instant } from './instant.ts'
import { type Chunk, MONTHS, nextChunk, WEEKDAYS } from './layout.ts'

/** `Time.Format` of Go 1.26. Layout and result are Go bytes. */
export function formatTime(instant: Instant, layout: string): string {
  const civil = civilTime(instant)
  let output = ''
  for (let rest = layout; rest !== '';) {
    const step = nextChunk(rest)
    output += step.prefix
    if (step.chunk === undefined) break
    output += formatChunk(step.chunk, civil, instant)
    rest = step.rest
  }
  return output
}

// oxlint-disable-next-line complexity -- One line for each kind of chunk.
function formatChunk({ kind, text }: Chunk, civil: CivilTime, instant: Instant): string {
  switch (kind) {
    case 'year':
      return padded(Math.abs(civil.year) % 100, 2)
    case 'longYear':
      return padded(civil.year, 4)
    case 'month':
      return (MONTHS[civil.month - 1] ?? '').slice(0, 3)
    case 'longMonth':
      return MONTHS[civil.month - 1] ?? ''
    case 'numMonth':
      return String(civil.month)
    case 'zeroMonth':
      return padded(civil.month, 2)
    case 'weekDay':
      return (WEEKDAYS[weekdayOf(civil.days)] ?? '').slice(0, 3)
    case 'longWeekDay':
      return WEEKDAYS[weekdayOf(civil.days)] ?? ''
    case 'day':
      return String(civil.day)
    case 'underDay':
      return String(civil.day).padStart(2, ' ')
    case 'zeroDay':
      return padded(civil.day, 2)
    case 'underYearDay':
      return String(yearDay(civil)).padStart(3, ' ')
    case 'zeroYearDay':
      return padded(yearDay(civil), 3)
    default:
      return formatClock({ kind, text }, civil, instant)
  }
}

// oxlint-disable-next-line complexity -- One line for each kind of chunk.
function formatClock({ kind, text }: Chunk, civil: CivilTime, instant: Instant): string {
  const hour12 = civil.hour % 12 === 0 ? 12 : civil.hour % 12
  switch (kind) {
    case 'hour':
      return padded(civil.hour, 2)
    case 'hour12':
      return String(hour12)
    case 'zeroHour12':
      return padded(hour12, 2)
    case 'minute':
      return String(civil.minute)
    case 'zeroMinute':
      return padded(civil.minute, 2)
    case 'second':
      return String(civil.second)
    case 'zeroSecond':
      return padded(civil.second, 2)
    case 'upperPm':
      return civil.hour >= 12 ? 'PM' : 'AM'
    case 'lowerPm':
      return civil.hour >= 12 ? 'pm' : 'am'
    case 'offset':
      return formatOffset(text, civil.offsetSeconds)
    case 'zoneName':
      return civil.zoneName === '' ? formatOffset('-0700', civil.offsetSeconds) : civil.zoneName
    default:
      return formatFraction({ kind, text }, instant.nanoseconds)
  }
}

/** The day of the year, from 1. */
export function yearDay({ days, year }: CivilTime): number {
  return days - daysOf(year, 1, 1) + 1
}

function formatOffset(text: string, seconds: number): string {
  if (text.startsWith('Z') && seconds === 0) return 'Z'
  const minutes = Math.trunc(Math.abs(seconds) / 60)
  const sign = Math.trunc(seconds / 60) < 0 ? '-' : '+'
  const colon = text.includes(':') ? ':' : ''
  const digits = text.replaceAll(/\D/g, '').length
  let output = sign + padded(Math.trunc(minutes / 60), 2)
  if (digits > 2) output += colon + padded(minutes % 60, 2)
  if (digits > 4) output += colon + padded(Math.abs(seconds) % 60, 2)
  return output
}

function formatFraction({ kind, text }: Chunk, nanoseconds: number): string {
  const digits = padded(nanoseconds, 9).slice(0, text.length - 1)
  const shown = kind === 'fraction9' ? digits.replace(/0+$/, '') : digits
  return shown === ''
    ? ''
    : text.charAt(0) + shown.padEnd(kind === 'fraction0' ? text.length - 1 : 0, '0')
}

function padded(value: number, width: number): string {
  return (value < 0 ? '-' : '') + String(Math.abs(value)).padStart(width, '0')
}
