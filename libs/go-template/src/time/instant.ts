import { type CivilDate, dateOf, daysOf, SECONDS_PER_DAY } from './civil.ts'
import { UTC, type Zone } from './zone.ts'

/** A point in time, and the zone in which it is shown. */
export interface Instant {
  readonly unixSeconds: number
  /** 0 to 999,999,999. */
  readonly nanoseconds: number
  readonly zone: Zone
}

export interface CivilTime extends CivilDate {
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** Days since 1970-01-01 in the zone. */
  readonly days: number
  readonly offsetSeconds: number
  readonly zoneName: string
}

/** Go's zero time: the first of January of the year 1. */
export const ZERO_INSTANT: Instant = {
  unixSeconds: daysOf(1, 1, 1) * SECONDS_PER_DAY,
  nanoseconds: 0,
  zone: UTC,
}

export function civilTime({ unixSeconds, zone }: Instant): CivilTime {
  const offset = zone.offsetAt(unixSeconds)
  const local = unixSeconds + offset.seconds
  const days = Math.floor(local / SECONDS_PER_DAY)
  const inDay = local - days * SECONDS_PER_DAY
  return {
    ...dateOf(days),
    hour: Math.floor(inDay / 3600),
    minute: Math.floor((inDay % 3600) / 60),
    second: inDay % 60,
    days,
    offsetSeconds: offset.seconds,
    zoneName: offset.name,
  }
}

export interface CivilFields extends CivilDate {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanoseconds: number
}

/** `time.Date`: the instant of a time on the wall of a zone. */
export function instantOf(fields: CivilFields, zone: Zone): Instant {
  const local =
    daysOf(fields.year, fields.month, fields.day) * SECONDS_PER_DAY +
    fields.hour * 3600 +
    fields.minute * 60 +
    fields.second
  // Where a change of offset lies between the guess and the answer, the second look decides.
  const guess = local - zone.offsetAt(local).seconds
  const unixSeconds = local - zone.offsetAt(guess).seconds
  return { unixSeconds, nanoseconds: fields.nanoseconds, zone }
}

/** Adds nanoseconds, which may be negative. */
export function addDuration(instant: Instant, nanoseconds: bigint): Instant {
  const total = BigInt(instant.nanoseconds) + nanoseconds
  let seconds = total / 1_000_000_000n
  let rest = total % 1_000_000_000n
  if (rest < 0n) {
    rest += 1_000_000_000n
    seconds -= 1n
  }
  return {
    ...instant,
    unixSeconds: instant.unixSeconds + Number(seconds),
    nanoseconds: Number(rest),
  }
}

/** Nanoseconds since 1970, whatever the year. */
export function toNanoseconds({ unixSeconds, nanoseconds }: Instant): bigint {
  return BigInt(unixSeconds) * 1_000_000_000n + BigInt(nanoseconds)
}
