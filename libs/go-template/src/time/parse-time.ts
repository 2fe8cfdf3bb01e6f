import { FunctionError } from '../errors.ts'
import { daysIn, daysOf, dateOf, isLeap } from './civil.ts'
import { quoteDuration as quoted } from './duration.ts'
import { type CivilFields, type Instant, instantOf } from './instant.ts'
import { type Chunk, MONTHS, nextChunk, WEEKDAYS } from './layout.ts'
import { fixedZone, LOCAL, UTC, type Zone } from './zone.ts'

/** `time.ParseInLocation(layout, text, time.Local)` of Go 1.26; throws `FunctionError` with Go's text. */
export function parseTime(layout: string, text: string): Instant {
  return new TimeParser(layout, text).run()
}

class OutOfRange extends Error {}
class Mismatch extends Error {}

class TimeParser {
  readonly #layout: string
  readonly #text: string
  #rest: string
  #after = ''
  #year = 0
  #month = -1
  #day = -1
  #yearDay = -1
  #hour = 0
  #minute = 0
  #second = 0
  #nanoseconds = 0
  #half: 'am' | 'pm' | undefined
  #zone: Zone | undefined
  #offset: number | undefined
  #zoneName = ''

  constructor(layout: string, text: string) {
    this.#layout = layout
    this.#text = text
    this.#rest = text
  }

  run(): Instant {
    for (let layout = this.#layout; ;) {
      const { prefix, chunk, rest } = nextChunk(layout)
      this.#skip(prefix)
      if (chunk === undefined) break
      this.#after = rest
      this.#readOrFail(chunk)
      layout = rest
    }
    if (this.#rest !== '') this.#fail(`: extra text: ${quoted(this.#rest)}`)
    if (this.#half === 'pm' && this.#hour < 12) this.#hour += 12
    if (this.#half === 'am' && this.#hour === 12) this.#hour = 0
    this.#resolveDay()
    return this.#instant()
  }

  #fail(message: string): never {
    throw new FunctionError(`parsing time ${quoted(this.#text)}${message}`)
  }

  #cannotParse(value: string, element: string): never {
    this.#fail(` as ${quoted(this.#layout)}: cannot parse ${quoted(value)} as ${quoted(element)}`)
  }

  #skip(prefix: string): void {
    let left = prefix
    while (left !== '') {
      if (left.startsWith(' ')) {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) this.#cannotParse(this.#rest, prefix)
        left = left.replace(/^ +/, '')
        this.#rest = this.#rest.replace(/^ +/, '')
        continue
      }
      if (this.#rest.charAt(0) !== left.charAt(0)) this.#cannotParse(this.#rest, prefix)
      left = left.slice(1)
      this.#rest = this.#rest.slice(1)
    }
  }

  #readOrFail(chunk: Chunk): void {
    const hold = this.#rest
    try {
      this.#read(chunk)
    } catch (error) {
      if (error instanceof OutOfRange) this.#fail(`: ${error.message} out of range`)
      if (error instanceof Mismatch) this.#cannotParse(hold, chunk.text)
      throw error
    }
  }

  // oxlint-disable-next-line complexity -- One line for each kind of chunk.
  #read(chunk: Chunk): void {
    switch (chunk.kind) {
      case 'year': {
        const year = this.#number(/^[-+\d]\d/)
        this.#year = year >= 69 ? year + 1900 : year + 2000
        return
      }
      case 'longYear':
        this.#year = this.#number(/^\d{4}/)
        return
      case 'month':
        this.#month = this.#name(MONTHS.map((name) => name.slice(0, 3))) + 1
        return
      case 'longMonth':
        this.#month = this.#name(MONTHS) + 1
        return
      case 'numMonth':
      case 'zeroMonth':
        this.#month = this.#upTo(chunk.kind === 'zeroMonth', 12, 'month')
        if (this.#month < 1) throw new OutOfRange('month')
        return
      case 'weekDay':
        this.#name(WEEKDAYS.map((name) => name.slice(0, 3)))
        return
      case 'longWeekDay':
        this.#name(WEEKDAYS)
        return
      case 'day':
      case 'underDay':
      case 'zeroDay':
        if (chunk.kind === 'underDay') this.#rest = this.#rest.replace(/^ /, '')
        this.#day = this.#twoDigits(chunk.kind === 'zeroDay')
        return
      case 'underYearDay':
      case 'zeroYearDay':
        if (chunk.kind === 'underYearDay') this.#rest = this.#rest.replace(/^ {1,2}/, '')
        this.#yearDay = this.#number(chunk.kind === 'zeroYearDay' ? /^\d{3}/ : /^\d{1,3}/)
        return
      default:
        this.#readClock(chunk)
    }
  }

  // oxlint-disable-next-line complexity -- One line for each kind of chunk.
  #readClock(chunk: Chunk): void {
    switch (chunk.kind) {
      case 'hour':
        this.#hour = this.#upTo(false, 23, 'hour')
        return
      case 'hour12':
      case 'zeroHour12':
        this.#hour = this.#upTo(chunk.kind === 'zeroHour12', 12, 'hour')
        return
      case 'minute':
      case 'zeroMinute':
        this.#minute = this.#upTo(chunk.kind === 'zeroMinute', 59, 'minute')
        return
      case 'second':
      case 'zeroSecond':
        this.#second = this.#upTo(chunk.kind === 'zeroSecond', 59, 'second')
        this.#unaskedFraction()
        return
      case 'upperPm':
      case 'lowerPm':
        this.#half = this.#halfDay(chunk.kind)
        return
      case 'offset':
        this.#readOffset(chunk.text)
        return
      case 'zoneName':
        this.#readZoneName()
        return
      case 'fraction0':
        this.#fraction(chunk.text.length)
        return
      default:
        if (/^[.,]\d/.test(this.#rest)) this.#fraction(/^[.,]\d+/.exec(this.#rest)?.[0].length ?? 0)
    }
  }

  #take(pattern: RegExp): string {
    const text = pattern.exec(this.#rest)?.[0]
    if (text === undefined) throw new Mismatch()
    this.#rest = this.#rest.slice(text.length)
    return text
  }

  #number(pattern: RegExp): number {
    return Number(this.#take(pattern))
  }

  #twoDigits(isFixed: boolean): number {
    return this.#number(isFixed ? /^\d{2}/ : /^\d{1,2}/)
  }

  #upTo(isFixed: boolean, most: number, name: string): number {
    const value = this.#twoDigits(isFixed)
    if (value > most) throw new OutOfRange(name)
    return value
  }

  #name(names: readonly string[]): number {
    const lower = this.#rest.toLowerCase()
    const found = names.findIndex((name) => lower.startsWith(name.toLowerCase()))
    if (found === -1) throw new Mismatch()
    this.#rest = this.#rest.slice(names[found]?.length)
    return found
  }

  /** A fraction of a second may follow also where the layout has none. */
  #unaskedFraction(): void {
    if (!/^[.,]\d/.test(this.#rest)) return
    const next = nextChunk(this.#after).chunk?.kind
    if (next === 'fraction0' || next === 'fraction9') return
    this.#fraction(/^[.,]\d+/.exec(this.#rest)?.[0].length ?? 0)
  }

  #fraction(length: number): void {
    const text = this.#rest.slice(0, length)
    if (text.length < length || !/^[.,]\d+$/.test(text)) throw new Mismatch()
    this.#rest = this.#rest.slice(length)
    this.#nanoseconds = Number(text.slice(1, 10).padEnd(9, '0'))
  }

  #halfDay(kind: 'upperPm' | 'lowerPm'): 'am' | 'pm' {
    const text = this.#take(kind === 'upperPm' ? /^[AP]M/ : /^[ap]m/)
    return text.toLowerCase() === 'pm' ? 'pm' : 'am'
  }

  #readOffset(layout: string): void {
    if (layout.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1)
      this.#zone = UTC
      return
    }
    const colon = layout.includes(':') ? ':' : ''
    const pairs = layout.replaceAll(/\D/g, '').length / 2
    const match = new RegExp(`^(.)(..)${`${colon}(..)`.repeat(pairs - 1)}`, 's').exec(this.#rest)
    if (match === null) throw new Mismatch()
    const [, sign = '', ...parts] = match
    const bad = parts.findIndex((part) => !/^\d\d$/.test(part))
    // Go looks at the range first, of all that stands before what is no number.
    const numbers = parts.slice(0, bad === -1 ? parts.length : bad).map(Number)
    const [hours = 0, minutes = 0, seconds = 0] = numbers
    if (seconds > 60) throw new OutOfRange('time zone offset second')
    if (minutes > 60) throw new OutOfRange('time zone offset minute')
    if (hours > 24) throw new OutOfRange('time zone offset hour')
    if (bad !== -1 || !'+-'.includes(sign)) throw new Mismatch()
    this.#rest = this.#rest.slice(match[0].length)
    this.#offset = (sign === '-' ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds)
  }

  #readZoneName(): void {
    if (this.#rest.startsWith('UTC')) {
      this.#rest = this.#rest.slice(3)
      this.#zone = UTC
      return
    }
    const special = /^(?:ChST|MeST|GMT(?:[-+]\d+)?|[-+]\d+)/.exec(this.#rest)?.[0]
    const upper = /^[A-Z]{0,6}/.exec(this.#rest)?.[0] ?? ''
    const isZone =
      upper.length === 3 ||
      (upper.length === 4 && (upper.endsWith('T') || upper === 'WITA')) ||
      (upper.length === 5 && upper.endsWith('T'))
    if (special === undefined && !isZone) throw new Mismatch()
    this.#zoneName = special ?? upper
    this.#rest = this.#rest.slice(this.#zoneName.length)
  }

  #resolveDay(): void {
    if (this.#yearDay >= 0) this.#resolveYearDay()
    if (this.#month < 0) this.#month = 1
    if (this.#day < 0) this.#day = 1
    if (this.#day < 1 || this.#day > daysIn(this.#month, this.#year))
      this.#fail(': day out of range')
  }

  #resolveYearDay(): void {
    const most = isLeap(this.#year) ? 366 : 365
    if (this.#yearDay < 1 || this.#yearDay > most) this.#fail(': day-of-year out of range')
    const { month, day } = dateOf(daysOf(this.#year, 1, this.#yearDay))
    if (this.#month >= 0 && this.#month !== month) this.#fail(': day-of-year does not match month')
    if (this.#day >= 0 && this.#day !== day) this.#fail(': day-of-year does not match day')
    this.#month = month
    this.#day = day
  }

  #instant(): Instant {
    const fields: CivilFields = {
      year: this.#year,
      month: this.#month,
      day: this.#day,
      hour: this.#hour,
      minute: this.#minute,
      second: this.#second,
      nanoseconds: this.#nanoseconds,
    }
    if (this.#zone !== undefined) return instantOf(fields, this.#zone)
    if (this.#offset !== undefined) {
      const isLocal = this.#offset === 0 && (this.#zoneName === '' || this.#zoneName === 'UTC')
      const zone = isLocal ? LOCAL : fixedZone(this.#zoneName, this.#offset)
      const instant = instantOf(fields, UTC)
      return { ...instant, unixSeconds: instant.unixSeconds - this.#offset, zone }
    }
    if (this.#zoneName === '') return instantOf(fields, LOCAL)
    const hours = /^GMT([-+]\d+)$/.exec(this.#zoneName)?.[1]
    // A name alone does not say where: the time is taken as it is written.
    return { ...instantOf(fields, UTC), zone: fixedZone(this.#zoneName, Number(hours ?? 0) * 3600) }
  }
}
