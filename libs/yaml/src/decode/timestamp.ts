const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d))|[ ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/

/** Whether go-yaml takes a text for a point in time: four layouts, real dates only. */
export function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false
  const match = TIMESTAMP.exec(text)
  if (match === null) return false
  const part = (index: number, fallback?: number): number =>
    Number(match[index] ?? match[fallback ?? index] ?? 0)
  const [year, month, day] = [part(1), part(2), part(3)]
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  const isTime = part(4, 9) < 24 && part(5, 10) < 60 && part(6, 11) < 60
  return isDate && isTime && part(7) <= 24 && part(8) < 60
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}
