import { FunctionError } from '../errors.ts'
import { quote } from '../fmt/quote.ts'
import { fixed, type GoFunction } from '../function.ts'
import {
  GoBytes,
  GoInteger,
  goInt,
  goInt64,
  isObject,
  type Field,
  type GoObject,
  type Methods,
  type Value,
} from '../values.ts'
import { weekdayOf } from './civil.ts'
import { formatTime, yearDay } from './format-time.ts'
import { goDuration, nanosecondsOf, saturated } from './go-duration.ts'
import {
  addDuration,
  civilTime,
  type Instant,
  instantOf,
  toNanoseconds,
  ZERO_INSTANT,
} from './instant.ts'
import { goLocation, hiddenLocation, zoneOfLocation } from './go-location.ts'
import { MONTHS, WEEKDAYS } from './layout.ts'
import { marshalBinary, marshalText } from './marshal-time.ts'
import { roundTime, truncateTime } from './round-time.ts'
import { LOCAL, UTC, type Zone } from './zone.ts'

/** A `time.Time`, as templates see it. */
export interface GoTime extends GoObject {
  readonly instant: Instant
}

const STRING_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST'

export function goTime(instant: Instant): GoTime {
  return {
    instant,
    goType: 'time.Time',
    goKind: 'struct',
    fields: [],
    methods,
    hidden: () => hiddenFields(instant),
    asText: () => formatTime(instant, STRING_LAYOUT),
    asGoText: () => goText(instant),
    asJson: () => marshalText(instant, 'MarshalJSON'),
    equals: (other) => isTime(other) && toNanoseconds(other.instant) === toNanoseconds(instant),
  }
}

/** What `time.Time` is made of: `fmt` shows it under verbs that no text has. */
function hiddenFields(instant: Instant): readonly Field[] {
  const seconds = BigInt(instant.unixSeconds) - BigInt(ZERO_INSTANT.unixSeconds)
  return [
    { name: 'wall', value: new GoInteger('uint64', BigInt(instant.nanoseconds)) },
    { name: 'ext', value: goInt64(seconds) },
    { name: 'loc', value: hiddenLocation(instant.zone) },
  ]
}

/** `Time.GoString`: the time as Go source. */
function goText(instant: Instant): string {
  const { year, month, day, hour, minute, second } = civilTime(instant)
  const numbers = [day, hour, minute, second, instant.nanoseconds].join(', ')
  return `time.Date(${year}, time.${MONTHS[month - 1] ?? ''}, ${numbers}, ${zoneText(instant.zone)})`
}

function zoneText(zone: Zone): string {
  if (zone === UTC) return 'time.UTC'
  return zone === LOCAL ? 'time.Local' : `time.Location(${quote(zone.name)})`
}

export function isTime(value: Value): value is GoTime {
  return isObject(value) && 'instant' in value
}

/** The instant of an argument that the engine has checked. */
export function instantOfValue(value: Value): Instant {
  if (isTime(value)) return value.instant
  throw new FunctionError('a time.Time was expected')
}

/** `time.Month` and `time.Weekday`: integers that print as their names, which the first has from 1. */
function named(type: 'Month' | 'Weekday', integer: bigint): GoObject {
  const names = type === 'Month' ? ['', ...MONTHS] : WEEKDAYS
  const known = names[Number(integer)] ?? ''
  const name = known === '' ? `%!${type}(${integer})` : known
  return {
    goType: `time.${type}`,
    goKind: 'int',
    integer,
    withInteger: (other) => named(type, other),
    fields: [],
    methods: { String: () => fixed([], () => name) },
    asText: () => name,
    asJson: () => goInt(integer),
  }
}

const methods: Methods = {
  Unix: onTime(({ unixSeconds }) => goInt64(unixSeconds)),
  UnixMilli: onTime((instant) => goInt64(floorDivide(toNanoseconds(instant), 1_000_000n))),
  UnixMicro: onTime((instant) => goInt64(floorDivide(toNanoseconds(instant), 1_000n))),
  UnixNano: onTime((instant) => goInt64(toNanoseconds(instant))),
  Year: onTime((instant) => goInt(civilTime(instant).year)),
  Month: onTime((instant) => named('Month', BigInt(civilTime(instant).month))),
  Day: onTime((instant) => goInt(civilTime(instant).day)),
  Hour: onTime((instant) => goInt(civilTime(instant).hour)),
  Minute: onTime((instant) => goInt(civilTime(instant).minute)),
  Second: onTime((instant) => goInt(civilTime(instant).second)),
  Nanosecond: onTime(({ nanoseconds }) => goInt(nanoseconds)),
  YearDay: onTime((instant) => goInt(yearDay(civilTime(instant)))),
  Weekday: onTime((instant) => named('Weekday', BigInt(weekdayOf(civilTime(instant).days)))),
  UTC: onTime((instant) => goTime({ ...instant, zone: UTC })),
  Local: onTime((instant) => goTime({ ...instant, zone: LOCAL })),
  Location: onTime(({ zone }) => goLocation(zone)),
  In: (receiver) =>
    fixed(['*time.Location'], ([location]) =>
      goTime({ ...instantOfValue(receiver), zone: locationOf(location) }),
    ),
  String: onTime((instant) => formatTime(instant, STRING_LAYOUT)),
  GoString: onTime(goText),
  IsDST: onTime(() => false),
  MarshalText: onTime((instant) => new GoBytes(marshalText(instant, 'MarshalText'))),
  MarshalJSON: onTime((instant) => new GoBytes(`"${marshalText(instant, 'MarshalJSON')}"`)),
  MarshalBinary: onTime((instant) => new GoBytes(marshalBinary(instant))),
  GobEncode: onTime((instant) => new GoBytes(marshalBinary(instant))),
  AppendText: appending([], (instant) => marshalText(instant, 'AppendText')),
  AppendBinary: appending([], (instant) => marshalBinary(instant)),
  AppendFormat: appending(['string'], (instant, layout) => formatTime(instant, layout)),
  IsZero: onTime((instant) => toNanoseconds(instant) === toNanoseconds(ZERO_INSTANT)),
  Format: (receiver) =>
    fixed(['string'], ([layout]) =>
      formatTime(instantOfValue(receiver), typeof layout === 'string' ? layout : ''),
    ),
  Add: (receiver) =>
    fixed(['time.Duration'], ([duration]) =>
      goTime(addDuration(instantOfValue(receiver), nanosecondsOf(duration))),
    ),
  AddDate: (receiver) =>
    fixed(['int', 'int', 'int'], (args) => {
      const [years = 0, months = 0, days = 0] = args.map((arg) => Number(nanosecondsOf(arg)))
      const instant = instantOfValue(receiver)
      const civil = civilTime(instant)
      const date = { year: civil.year + years, month: civil.month + months, day: civil.day + days }
      return goTime(
        instantOf({ ...civil, ...date, nanoseconds: instant.nanoseconds }, instant.zone),
      )
    }),
  Round: byDuration(roundTime),
  Truncate: byDuration(truncateTime),
  Clock: uncallable('function Clock has 3 return values; should be 1 or 2'),
  Date: uncallable('function Date has 3 return values; should be 1 or 2'),
  ISOWeek: uncallable(secondResult('ISOWeek', 'int')),
  Zone: uncallable(secondResult('Zone', 'int')),
  ZoneBounds: uncallable(secondResult('ZoneBounds', 'time.Time')),
  Sub: onTimes((left, right) => goDuration(saturated(toNanoseconds(left) - toNanoseconds(right)))),
  Before: onTimes((left, right) => toNanoseconds(left) < toNanoseconds(right)),
  After: onTimes((left, right) => toNanoseconds(left) > toNanoseconds(right)),
  Compare: onTimes((left, right) =>
    goInt(Math.sign(Number(toNanoseconds(left) - toNanoseconds(right)))),
  ),
  Equal: onTimes((left, right) => toNanoseconds(left) === toNanoseconds(right)),
}

function onTime(read: (instant: Instant) => Value): (receiver: Value) => GoFunction {
  return (receiver) => fixed([], () => read(instantOfValue(receiver)))
}

function byDuration(
  change: (instant: Instant, unit: bigint) => Instant,
): (receiver: Value) => GoFunction {
  return (receiver) =>
    fixed(['time.Duration'], ([unit]) =>
      goTime(change(instantOfValue(receiver), nanosecondsOf(unit))),
    )
}

/** Bytes, and what a time gives behind them. */
function appending(
  parameters: readonly string[],
  write: (instant: Instant, layout: string) => string,
): (receiver: Value) => GoFunction {
  return (receiver) =>
    fixed(['[]uint8', ...parameters], ([bytes, layout]) => {
      const before = bytes instanceof GoBytes ? bytes.data : ''
      const text = typeof layout === 'string' ? layout : ''
      return new GoBytes(before + write(instantOfValue(receiver), text))
    })
}

/** A method that is there, and that no template can call. */
function uncallable(reason: string): () => GoFunction {
  return () => ({ ...fixed([], () => null), refusal: reason })
}

function secondResult(name: string, type: string): string {
  return `invalid function signature for ${name}: second return value should be error; is ${type}`
}

function locationOf(value: Value): Zone {
  const zone = zoneOfLocation(value)
  if (zone === undefined) throw new FunctionError('time: missing Location in call to Time.In')
  return zone
}

function onTimes(read: (left: Instant, right: Instant) => Value): (receiver: Value) => GoFunction {
  return (receiver) =>
    fixed(['time.Time'], ([other]) => read(instantOfValue(receiver), instantOfValue(other)))
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value < 0n ? (value - by + 1n) / by : value / by
}
