import { addDuration, type Instant, toNanoseconds, ZERO_INSTANT } from './instant.ts'

/** `Time.Truncate`: down to a multiple of `unit` since the zero time, whatever the zone. */
export function truncateTime(instant: Instant, unit: bigint): Instant {
  return unit <= 0n ? instant : addDuration(instant, -sinceMultiple(instant, unit))
}

/** `Time.Round`: to the nearest multiple, half up. */
export function roundTime(instant: Instant, unit: bigint): Instant {
  if (unit <= 0n) return instant
  const rest = sinceMultiple(instant, unit)
  return addDuration(instant, rest + rest < unit ? -rest : unit - rest)
}

function sinceMultiple(instant: Instant, unit: bigint): bigint {
  const rest = (toNanoseconds(instant) - toNanoseconds(ZERO_INSTANT)) % unit
  return rest < 0n ? rest + unit : rest
}
