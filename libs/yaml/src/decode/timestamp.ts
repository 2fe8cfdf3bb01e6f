const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?)?$/

const NANOSECOND_DIGITS = 9

/** Whether go-yaml takes a text for a point in time: four layouts, real dates only. */
export function isTimestamp(text: string): boolean {
  return formatTimestamp(text) !== undefined
}

/** The point in time as Go writes it into JSON (RFC 3339, no more digits than needed), or undefined for other texts. */
export function formatTimestamp(text: string): string | undefined {
  if (text.charCodeAt(4) !== 0x2d) return undefined
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const part = (index: number): string => match[index] ?? ''
  const [year, month, day, separator] = [part(1), part(2), part(3), part(4).toUpperCase()]
  const [hour, minute, second, zone] = [part(5), part(6), part(7), part(9)]
  if ((separator === 'T') !== (zone !== '')) return undefined
  if (!isDate(Number(year), Number(month), Number(day))) return undefined
  if (!isClock(Number(hour), Number(minute), Number(second)) || !isZone(zone)) return undefined
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const clock = [hour, minute, second].map((value) => value.padStart(2, '0')).join(':')
  const offset = zone === '' || /^[-+]00:00$/.test(zone) ? 'Z' : zone
  return `${date}T${clock}${fraction(part(8))}${offset}`
}

function isClock(hour: number, minute: number, second: number): boolean {
  return hour < 24 && minute < 60 && second < 60
}

function isZone(zone: string): boolean {
  return zone.length < 2 || (zone.slice(1, 3) <= '24' && zone.slice(4) < '60')
}

function fraction(digits: string): string {
  const significant = digits.slice(0, NANOSECOND_DIGITS).replace(/0+$/, '')
  return significant === '' ? '' : `.${significant}`
}

function isDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}
