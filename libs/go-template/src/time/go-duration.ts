import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { GoInteger, goInt64, type GoObject, isObject, type Methods, type Value } from '../values.ts'
import { formatDuration } from './duration.ts'

const MAX = 2n ** 63n - 1n
const MIN = -(2n ** 63n)

/** A `time.Duration`. */
export function goDuration(nanoseconds: bigint): GoObject & { readonly nanoseconds: bigint } {
  return {
    nanoseconds,
    goType: 'time.Duration',
    goKind: 'int64',
    integer: nanoseconds,
    withInteger: goDuration,
    fields: [],
    methods,
    asText: () => formatDuration(nanoseconds),
    asJson: () => goInt64(nanoseconds),
    equals: (other) => 'nanoseconds' in other && other.nanoseconds === nanoseconds,
  }
}

/** The duration of an argument that the engine has checked. */
export function nanosecondsOf(value: Value): bigint {
  if (value instanceof GoInteger) return value.value
  if (isObject(value) && 'nanoseconds' in value && typeof value.nanoseconds === 'bigint')
    return value.nanoseconds
  throw new FunctionError('a time.Duration was expected')
}

/** The largest or the smallest duration, where there is none so large or small. */
export function saturated(nanoseconds: bigint): bigint {
  if (nanoseconds > MAX) return MAX
  return nanoseconds < MIN ? MIN : nanoseconds
}

const methods: Methods = {
  String: get((nanoseconds) => formatDuration(nanoseconds)),
  Nanoseconds: get((nanoseconds) => goInt64(nanoseconds)),
  Microseconds: get((nanoseconds) => goInt64(nanoseconds / 1_000n)),
  Milliseconds: get((nanoseconds) => goInt64(nanoseconds / 1_000_000n)),
  Seconds: get((nanoseconds) => Number(nanoseconds) / 1e9),
  Minutes: get((nanoseconds) => Number(nanoseconds) / 6e10),
  Hours: get((nanoseconds) => Number(nanoseconds) / 3.6e12),
  Abs: get((nanoseconds) => goDuration(saturated(nanoseconds < 0n ? -nanoseconds : nanoseconds))),
  Truncate: by((nanoseconds, unit) => nanoseconds - (nanoseconds % unit)),
  Round: by(rounded),
}

function get(read: (nanoseconds: bigint) => Value): (receiver: Value) => GoFunction {
  return (receiver) => fixed([], () => read(nanosecondsOf(receiver)))
}

/** No unit leaves a duration as it is. */
function by(
  change: (nanoseconds: bigint, unit: bigint) => bigint,
): (receiver: Value) => GoFunction {
  return (receiver) =>
    fixed(['time.Duration'], ([given]) => {
      const unit = nanosecondsOf(given)
      return unit <= 0n ? receiver : goDuration(change(nanosecondsOf(receiver), unit))
    })
}

/** Half away from zero. */
function rounded(nanoseconds: bigint, unit: bigint): bigint {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const rest = size % unit
  const away = rest + rest < unit ? size - rest : size - rest + unit
  return saturated(nanoseconds < 0n ? -away : away)
}
