import {
  compileRegex,
  FunctionError,
  parseTime,
  parseUrl,
  sprintf,
  goInt,
} from '@tidemark/go-template'

/** Says why a text is not of a format; nothing where it is. Texts are Go bytes. */
type Check = (text: string) => string | undefined

const HOSTNAME_LENGTH_MAX = 253
const EMAIL_LENGTH_MAX = 254
const HEX_GROUPS = [8, 4, 4, 4, 12]

/** The formats that jsonschema v6 checks, with its reasons. */
export const FORMATS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['regex', (text) => reasonOf(compileRegex(text))],
  ['email', email],
  ['hostname', hostname],
  ['ipv4', ipv4],
  ['ipv6', ipv6],
  ['uuid', uuid],
  ['date', date],
  ['time', time],
  ['date-time', dateTime],
  ['duration', duration],
  ['uri', uri],
  ['iri', uri],
  ['uri-reference', uriReference],
  ['iri-reference', uriReference],
  ['json-pointer', jsonPointer],
  ['semver', semver],
])

function reasonOf(compiled: unknown): string | undefined {
  return typeof compiled === 'string' ? compiled : undefined
}

function shownRune(character: string): string {
  return sprintf('%q', [goInt(character.codePointAt(0) ?? 0)])
}

function hostname(text: string): string | undefined {
  const name = text.replace(/\.$/, '')
  if (name.length > HOSTNAME_LENGTH_MAX) return 'more than 253 characters long'
  for (const label of name.split('.')) {
    if (label === '' || label.length > 63) return 'label must be 1 to 63 characters long'
    if (label.startsWith('-')) return 'label starts with hyphen'
    if (label.endsWith('-')) return 'label ends with hyphen'
    const bad = /[^a-zA-Z0-9-]/.exec(label)?.[0]
    if (bad !== undefined) return `invalid character ${shownRune(bad)}`
  }
  return undefined
}

function email(text: string): string | undefined {
  if (text.length > EMAIL_LENGTH_MAX) return 'more than 255 characters long'
  const at = text.lastIndexOf('@')
  if (at === -1) return 'missing @'
  const local = text.slice(0, at)
  if (local.length > 64) return 'local part more than 64 characters long'
  return localPart(local) ?? domainPart(text.slice(at + 1))
}

function localPart(local: string): string | undefined {
  if (local.length > 1 && local.startsWith('"') && local.endsWith('"'))
    return /[\\"]/.test(local.slice(1, -1))
      ? 'backslash and quote are not allowed within quoted local part'
      : undefined
  if (local.startsWith('.')) return 'starts with dot'
  if (local.endsWith('.')) return 'ends with dot'
  if (local.includes('..')) return 'consecutive dots'
  const bad = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/.exec(local)?.[0]
  return bad === undefined ? undefined : `invalid character ${shownRune(bad)}`
}

function domainPart(domain: string): string | undefined {
  const literal = /^\[(.*)\]$/s.exec(domain)?.[1]
  if (literal === undefined) return prefixed('invalid domain', hostname(domain))
  return literal.startsWith('IPv6:')
    ? prefixed('invalid ipv6 address', ipv6(literal.slice(5)))
    : prefixed('invalid ipv4 address', ipv4(literal))
}

function prefixed(what: string, reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : `${what}: ${reason}`
}

function ipv4(text: string): string | undefined {
  const groups = text.split('.')
  if (groups.length !== 4) return 'expected four decimals'
  for (const group of groups) {
    if (group.length > 1 && group.startsWith('0')) return 'leading zeros'
    if (!/^[-+]?\d+$/.test(group)) return `strconv.Atoi: parsing "${group}": invalid syntax`
    if (Number(group) < 0 || Number(group) > 255) return 'decimal must be between 0 and 255'
  }
  return undefined
}

function ipv6(text: string): string | undefined {
  if (!text.includes(':')) return 'missing colon'
  if (text.includes('%')) return 'zone id is not a part of ipv6 address'
  const url = URL.canParse(`http://[${text}]/`)
  return url ? undefined : `ParseAddr("${text}"): unable to parse IP`
}

function uuid(text: string): string | undefined {
  const groups = text.split('-')
  if (groups.length !== HEX_GROUPS.length) return `must have ${HEX_GROUPS.length} elements`
  for (const [index, group] of groups.entries()) {
    if (group.length !== HEX_GROUPS[index])
      return `element ${index + 1} must be ${HEX_GROUPS[index]} characters long`
    const bad = /[^0-9a-fA-F]/.exec(group)?.[0]
    if (bad !== undefined) return `non-hex character ${shownRune(bad)}`
  }
  return undefined
}

function date(text: string): string | undefined {
  try {
    parseTime('2006-01-02', text)
    return undefined
  } catch (error) {
    if (error instanceof FunctionError) return error.message
    throw error
  }
}

function time(text: string): string | undefined {
  if (text.length < 9) return 'less than 9 characters long'
  if (text.charAt(2) !== ':' || text.charAt(5) !== ':') return 'missing colon in correct place'
  const problem = clockProblem(text.slice(0, 8))
  if (problem !== undefined) return problem
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(0, 8).split(':').map(Number)
  const rest = text.slice(8)
  const fraction = /^\.(\d*)/.exec(rest)
  if (fraction?.[1] === '') return 'no digits in second fraction'
  return offsetProblem(rest.slice(fraction?.[0].length ?? 0), { hours, minutes, seconds })
}

function clockProblem(clock: string): string | undefined {
  const parts = clock.split(':')
  if (parts.some((part) => !/^[-+]?\d+$/.test(part))) return 'invalid hour/min/sec'
  const [hours = 0, minutes = 0, seconds = 0] = parts.map(Number)
  if (hours < 0 || minutes < 0 || seconds < 0) return 'non-positive hour/min/sec'
  return hours > 23 || minutes > 59 || seconds > 60 ? 'hour/min/sec out of range' : undefined
}

function offsetProblem(
  offset: string,
  { hours, minutes, seconds }: { hours: number; minutes: number; seconds: number },
): string | undefined {
  let total = hours * 60 + minutes
  if (offset !== 'z' && offset !== 'Z') {
    if (offset.length !== 6) return 'offset must be 6 characters long'
    if (!/^[-+]/.test(offset)) return 'offset must begin with plus/minus'
    if (offset.charAt(3) !== ':') return 'missing colon in offset in correct place'
    if (!/^.\d\d:\d\d$/.test(offset)) return 'invalid hour/min in offset'
    const [zoneHours = 0, zoneMinutes = 0] = offset.slice(1).split(':').map(Number)
    if (zoneHours > 23 || zoneMinutes > 59) return 'hour/min in offset out of range'
    const size = zoneHours * 60 + zoneMinutes
    total = (total + (offset.startsWith('+') ? -size : size) + 1440) % 1440
  }
  return seconds >= 60 && total !== 1439 ? 'invalid leap second' : undefined
}

function dateTime(text: string): string | undefined {
  if (text.length < 20) return 'less than 20 characters long'
  if (!/[tT]/.test(text.charAt(10))) return '11th character must be t or T'
  return (
    prefixed('invalid date element', date(text.slice(0, 10))) ??
    prefixed('invalid time element', time(text.slice(11)))
  )
}

function duration(text: string): string | undefined {
  if (!text.startsWith('P')) return 'must start with P'
  const rest = text.slice(1)
  if (rest === '') return 'nothing after P'
  if (rest.endsWith('W')) {
    if (rest === 'W') return 'no number in week'
    return /^\d+W$/.test(rest) ? undefined : 'invalid week'
  }
  for (const [index, part] of rest.split('T').entries()) {
    const all = ['YMD', 'HMS'][index]
    if (index !== 0 && part === '') return 'no time elements'
    if (all === undefined) return 'more than one T'
    const problem = unitsProblem(part, all)
    if (problem !== undefined) return problem
  }
  return undefined
}

function unitsProblem(part: string, all: string): string | undefined {
  let units = all
  for (let rest = part; rest !== '';) {
    const digits = /^\d*/.exec(rest)?.[0] ?? ''
    if (digits === '') return 'missing number'
    const unit = rest.charAt(digits.length)
    if (unit === '') return 'missing unit'
    const at = units.indexOf(unit)
    if (at === -1)
      return all.includes(unit)
        ? `unit ${shownRune(unit)} out of order`
        : `invalid unit ${shownRune(unit)}`
    units = units.slice(at + 1)
    rest = rest.slice(digits.length + 1)
  }
  return undefined
}

function uri(text: string): string | undefined {
  const problem = uriProblem(text)
  if (problem !== undefined) return problem
  return /^[A-Za-z][A-Za-z0-9+\-.]*:/.test(text) ? undefined : 'relative url'
}

function uriReference(text: string): string | undefined {
  return text.includes('\\') ? String.raw`contains \ `.trimEnd() : uriProblem(text)
}

function uriProblem(text: string): string | undefined {
  try {
    parseUrl(text)
    return undefined
  } catch (error) {
    if (error instanceof FunctionError) return error.message
    throw error
  }
}

function jsonPointer(text: string): string | undefined {
  if (text === '') return undefined
  if (!text.startsWith('/')) return 'not starting with /'
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined
}

function semver(text: string): string | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text)
  return match === null ? 'versionCore must have 3 numbers separated by dot' : undefined
}
