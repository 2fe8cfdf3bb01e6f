/** What stands in a layout of Go's package time: the reference time, piece by piece. */
export type ChunkKind =
  | 'longMonth'
  | 'month'
  | 'numMonth'
  | 'zeroMonth'
  | 'longWeekDay'
  | 'weekDay'
  | 'day'
  | 'underDay'
  | 'zeroDay'
  | 'underYearDay'
  | 'zeroYearDay'
  | 'hour'
  | 'hour12'
  | 'zeroHour12'
  | 'minute'
  | 'zeroMinute'
  | 'second'
  | 'zeroSecond'
  | 'longYear'
  | 'year'
  | 'upperPm'
  | 'lowerPm'
  | 'zoneName'
  | 'offset'
  | 'fraction0'
  | 'fraction9'

export interface Chunk {
  readonly kind: ChunkKind
  /** As it is written in the layout. */
  readonly text: string
}

export interface LayoutStep {
  /** What stands before the chunk, as it is. */
  readonly prefix: string
  readonly chunk: Chunk | undefined
  readonly rest: string
}

const FIXED: readonly (readonly [string, ChunkKind])[] = [
  ['January', 'longMonth'],
  ['Monday', 'longWeekDay'],
  ['MST', 'zoneName'],
  ['002', 'zeroYearDay'],
  ['01', 'zeroMonth'],
  ['02', 'zeroDay'],
  ['03', 'zeroHour12'],
  ['04', 'zeroMinute'],
  ['05', 'zeroSecond'],
  ['06', 'year'],
  ['15', 'hour'],
  ['1', 'numMonth'],
  ['2006', 'longYear'],
  ['2', 'day'],
  ['__2', 'underYearDay'],
  ['3', 'hour12'],
  ['4', 'minute'],
  ['5', 'second'],
  ['PM', 'upperPm'],
  ['pm', 'lowerPm'],
]
const OFFSET = /^(?:-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07)/
const FRACTION = /^[.,](?:0+|9+)(?!\d)/

/** Splits a layout at its first chunk (`nextStdChunk` of Go 1.26). */
export function nextChunk(layout: string): LayoutStep {
  for (let at = 0; at < layout.length; at++) {
    const rest = layout.slice(at)
    // An underscore before a long year is itself, and the year follows.
    if (rest.startsWith('_2006')) return step(layout, at + 1, { kind: 'longYear', text: '2006' })
    const chunk = chunkAt(rest)
    if (chunk !== undefined) return step(layout, at, chunk)
  }
  return { prefix: layout, chunk: undefined, rest: '' }
}

function step(layout: string, at: number, chunk: Chunk): LayoutStep {
  return { prefix: layout.slice(0, at), chunk, rest: layout.slice(at + chunk.text.length) }
}

function chunkAt(rest: string): Chunk | undefined {
  const fixed = FIXED.find(([text]) => rest.startsWith(text))
  if (fixed !== undefined) return { kind: fixed[1], text: fixed[0] }
  if (rest.startsWith('_2')) return { kind: 'underDay', text: '_2' }
  if (/^Jan(?![a-z])/.test(rest)) return { kind: 'month', text: 'Jan' }
  if (/^Mon(?![a-z])/.test(rest)) return { kind: 'weekDay', text: 'Mon' }
  const offset = OFFSET.exec(rest)?.[0]
  if (offset !== undefined) return { kind: 'offset', text: offset }
  const fraction = FRACTION.exec(rest)?.[0]
  if (fraction === undefined) return undefined
  return { kind: fraction.charAt(1) === '0' ? 'fraction0' : 'fraction9', text: fraction }
}

export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
]
