const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/** A duration as kubectl shows ages: `45s`, `3m20s`, `5h`, `2d3h` (apimachinery, duration.HumanDuration). */
export function humanDuration(ms: number): string {
  if (ms < -2 * SECOND) return '<invalid>'
  if (ms < 0) return '0s'
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)}s`
  if (ms < 10 * MINUTE) return parts(ms, MINUTE, 'm', SECOND, 's')
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`
  if (ms < 8 * HOUR) return parts(ms, HOUR, 'h', MINUTE, 'm')
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`
  if (ms < 8 * DAY) return parts(ms, DAY, 'd', HOUR, 'h')
  if (ms < 2 * YEAR) return `${Math.floor(ms / DAY)}d`
  if (ms < 8 * YEAR) return parts(ms, YEAR, 'y', DAY, 'd')
  return `${Math.floor(ms / YEAR)}y`
}

// oxlint-disable-next-line eslint/max-params -- Two units, each with its letter.
function parts(ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const whole = Math.floor(ms / big)
  const rest = Math.floor((ms % big) / small)
  return rest === 0 ? `${whole}${bigUnit}` : `${whole}${bigUnit}${rest}${smallUnit}`
}

/** The age of something at `now`; `<unknown>` without a time. */
export function ageOf(time: unknown, now: number): string {
  return typeof time === 'string' ? humanDuration(now - Date.parse(time)) : '<unknown>'
}
