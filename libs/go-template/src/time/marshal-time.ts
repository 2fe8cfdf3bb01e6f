import { FunctionError } from '../errors.ts'
import { formatTime } from './format-time.ts'
import { civilTime, type Instant, ZERO_INSTANT } from './instant.ts'
import { UTC } from './zone.ts'

const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00'
const HOURS_MAX = 23
const UTC_OFFSET = -1

/** RFC 3339, whatever the year is. */
export function rfc3339(instant: Instant): string {
  return formatTime(instant, RFC3339_NANO)
}

/** `Time.MarshalText` and `Time.MarshalJSON` without quotes, under whose name it is refused. */
export function marshalText(instant: Instant, method: string): string {
  const { year, offsetSeconds } = civilTime(instant)
  if (year < 0 || year > 9999)
    throw new FunctionError(`Time.${method}: year outside of range [0,9999]`)
  if (Math.trunc(Math.abs(offsetSeconds) / 3600) > HOURS_MAX)
    throw new FunctionError(`Time.${method}: timezone hour outside of range [0,23]`)
  return rfc3339(instant)
}

/** `Time.MarshalBinary`: version, seconds since the zero time, nanoseconds, minutes from UTC and seconds beyond them. */
export function marshalBinary(instant: Instant): string {
  const { offsetSeconds } = civilTime(instant)
  const isUtc = instant.zone === UTC
  const beyond = offsetSeconds % 60
  const bytes = Buffer.alloc(beyond === 0 ? 15 : 16)
  bytes.writeUInt8(beyond === 0 ? 1 : 2, 0)
  bytes.writeBigInt64BE(BigInt(instant.unixSeconds - ZERO_INSTANT.unixSeconds), 1)
  bytes.writeInt32BE(instant.nanoseconds, 9)
  bytes.writeInt16BE(isUtc ? UTC_OFFSET : Math.trunc(offsetSeconds / 60), 13)
  if (beyond !== 0) bytes.writeInt8(beyond, 15)
  return bytes.toString('latin1')
}
