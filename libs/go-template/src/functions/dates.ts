import { type CallContext } from '../call-context.ts'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { parseInteger } from '../numbers.ts'
import { formatDuration, parseDuration } from '../time/duration.ts'
import { formatTime } from '../time/format-time.ts'
import { saturated } from '../time/go-duration.ts'
import { goTime, instantOfValue, isTime } from '../time/go-time.ts'
import { addDuration, type Instant, toNanoseconds, ZERO_INSTANT } from '../time/instant.ts'
import { parseTime } from '../time/parse-time.ts'
import { loadZone, LOCAL, UTC } from '../time/zone.ts'
import { GoInteger, type Value } from '../values.ts'
import { textOf } from './arguments.ts'
import { generated } from './generate.ts'

const ANY = 'interface {}'
const DATE = '2006-01-02'
const SECOND = 1_000_000_000n
const PERIODS: readonly (readonly [bigint, string])[] = [
  [365n * 86_400n * SECOND, 'y'],
  [30n * 86_400n * SECOND, 'mo'],
  [86_400n * SECOND, 'd'],
  [3_600n * SECOND, 'h'],
  [60n * SECOND, 'm'],
  [SECOND, 's'],
]

/** Date functions of sprig v3.3.0. The zone of the machine is UTC, and what "now" is gets remembered. */
export const dateFunctions: Readonly<Record<string, GoFunction>> = {
  now: fixed([], (_, context) => goTime(now('now', context))),
  ago: fixed([ANY], ([date], context) => {
    const elapsed =
      toNanoseconds(now('ago', context)) - toNanoseconds(instantFrom(date, 'ago', context))
    return formatDuration(roundedToSecond(elapsed))
  }),
  date: fixed(['string', ANY], ([layout, date], context) =>
    inZone(textOf(layout), { date, zone: 'Local', name: 'date' }, context),
  ),
  ...underNames(['dateInZone', 'date_in_zone'], (name) =>
    fixed(['string', ANY, 'string'], ([layout, date, zone], context) =>
      inZone(textOf(layout), { date, zone: textOf(zone), name }, context),
    ),
  ),
  htmlDate: fixed([ANY], ([date], context) =>
    inZone(DATE, { date, zone: 'Local', name: 'htmlDate' }, context),
  ),
  htmlDateInZone: fixed([ANY, 'string'], ([date, zone], context) =>
    inZone(DATE, { date, zone: textOf(zone), name: 'htmlDateInZone' }, context),
  ),
  ...underNames(['dateModify', 'date_modify'], () =>
    fixed(['string', 'time.Time'], ([text, date]) => {
      const duration = parseDuration(textOf(text))
      return typeof duration === 'string'
        ? date
        : goTime(addDuration(instantOfValue(date), duration))
    }),
  ),
  ...underNames(['mustDateModify', 'must_date_modify'], () =>
    fixed(['string', 'time.Time'], ([text, date]) => {
      const duration = parseDuration(textOf(text))
      if (typeof duration === 'string') throw new FunctionError(duration)
      return goTime(addDuration(instantOfValue(date), duration))
    }),
  ),
  mustToDate: fixed(['string', 'string'], ([layout, text]) =>
    goTime(parseTime(textOf(layout), textOf(text))),
  ),
  toDate: fixed(['string', 'string'], ([layout, text]) => {
    try {
      return goTime(parseTime(textOf(layout), textOf(text)))
    } catch (error) {
      if (error instanceof FunctionError) return goTime(ZERO_INSTANT)
      throw error
    }
  }),
  unixEpoch: fixed(['time.Time'], ([date]) => String(instantOfValue(date).unixSeconds)),
  duration: fixed([ANY], ([seconds]) => {
    const count = secondsFrom(seconds)
    return formatDuration(BigInt.asIntN(64, count * SECOND))
  }),
  durationRound: fixed([ANY], ([duration], context) =>
    roundedDuration(durationFrom(duration, context)),
  ),
}

function underNames(
  names: readonly string[],
  make: (name: string) => GoFunction,
): Record<string, GoFunction> {
  return Object.fromEntries(names.map((name) => [name, make(name)]))
}

/** The present time: remembered as milliseconds, like any value that differs from run to run. */
function now(name: string, context: CallContext): Instant {
  const text = generated(context, { name, args: [], price: 1 }, ({ clock }) =>
    String(Math.trunc(clock.now())),
  )
  const milliseconds = Number(text)
  const unixSeconds = Math.floor(milliseconds / 1000)
  return { unixSeconds, nanoseconds: (milliseconds - unixSeconds * 1000) * 1_000_000, zone: LOCAL }
}

/** A time, or seconds since 1970; whatever else is now. */
function instantFrom(date: Value, name: string, context: CallContext): Instant {
  if (isTime(date)) return date.instant
  const isSeconds =
    date instanceof GoInteger &&
    (date.type === 'int' || date.type === 'int64' || date.type === 'int32')
  if (isSeconds) return { unixSeconds: Number(date.value), nanoseconds: 0, zone: LOCAL }
  return now(name, context)
}

function inZone(
  layout: string,
  { date, zone, name }: { date: Value; zone: string; name: string },
  context: CallContext,
): string {
  const instant = instantFrom(date, name, context)
  return formatTime({ ...instant, zone: loadZone(zone) ?? UTC }, layout)
}

function secondsFrom(value: Value): bigint {
  if (typeof value === 'string') return parseInteger(value).value
  return value instanceof GoInteger && value.type === 'int64' ? value.value : 0n
}

function durationFrom(value: Value, context: CallContext): bigint {
  if (isTime(value))
    return saturated(toNanoseconds(now('durationRound', context)) - toNanoseconds(value.instant))
  if (typeof value === 'string') {
    const duration = parseDuration(value)
    return typeof duration === 'string' ? 0n : duration
  }
  return value instanceof GoInteger && value.type === 'int64' ? value.value : 0n
}

function roundedDuration(duration: bigint): string {
  const size = duration < 0n ? -duration : duration
  const period = PERIODS.find(([length]) => size > length)
  return period === undefined ? '0s' : `${size / period[0]}${period[1]}`
}

/** `Duration.Round(time.Second)`: half away from zero. */
function roundedToSecond(duration: bigint): bigint {
  const half = duration < 0n ? -SECOND / 2n : SECOND / 2n
  return ((duration + half) / SECOND) * SECOND
}
