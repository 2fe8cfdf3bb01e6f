import { quote } from '../fmt/quote.ts'

const GROUPS = 8
const IPV4_GROUPS = 2

/** What `netip.ParseAddr` has against an address; nothing where it reads it. */
export function addressProblem(address: string): string | undefined {
  const problem = problemOf(address)
  if (problem === undefined) return undefined
  const { reason, at = '' } = problem
  const shown = at === '' ? '' : ` (at ${quote(at)})`
  return `ParseAddr(${quote(address)}): ${reason}${shown}`
}

interface Problem {
  readonly reason: string
  /** The rest of the address, where it counts. */
  readonly at?: string
}

function problemOf(address: string): Problem | undefined {
  const first = /[.:%]/.exec(address)?.[0]
  if (first === undefined) return { reason: 'unable to parse IP' }
  if (first === '%') return { reason: 'missing IPv6 address' }
  if (first === '.') return ipv4Problem(address)
  const zoneAt = address.indexOf('%')
  if (zoneAt === address.length - 1) return { reason: 'zone must be a non-empty string' }
  return ipv6Problem(zoneAt === -1 ? address : address.slice(0, zoneAt))
}

function ipv6Problem(address: string): Problem | undefined {
  let ellipsis = address.startsWith('::') ? 0 : -1
  let rest = ellipsis === 0 ? address.slice(2) : address
  if (rest === '') return ellipsis === 0 ? undefined : { reason: 'unable to parse IP' }
  let groups = 0
  while (groups < GROUPS) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? ''
    const bad = digitsProblem(digits)
    if (bad !== undefined) return { reason: bad, at: rest }
    if (rest.charAt(digits.length) === '.') {
      const problem = embeddedProblem(rest, groups, ellipsis)
      if (problem !== undefined) return problem
      rest = ''
      groups += IPV4_GROUPS
      break
    }
    groups += 1
    rest = rest.slice(digits.length)
    if (rest === '') break
    const separation = colonProblem(rest)
    if (separation !== undefined) return separation
    rest = rest.slice(1)
    if (!rest.startsWith(':')) continue
    if (ellipsis >= 0) return { reason: 'multiple :: in address', at: rest }
    ellipsis = groups
    rest = rest.slice(1)
    if (rest === '') break
  }
  return lengthProblem(rest, groups, ellipsis)
}

function colonProblem(rest: string): Problem | undefined {
  if (!rest.startsWith(':')) return { reason: 'unexpected character, want colon', at: rest }
  return rest === ':'
    ? { reason: 'colon must be followed by more characters', at: rest }
    : undefined
}

function digitsProblem(digits: string): string | undefined {
  if (digits.length > 4) return 'each group must have 4 or less digits'
  return digits === '' ? 'each colon-separated field must have at least one digit' : undefined
}

function lengthProblem(rest: string, groups: number, ellipsis: number): Problem | undefined {
  if (rest !== '') return { reason: 'trailing garbage after address', at: rest }
  if (groups < GROUPS) return ellipsis < 0 ? { reason: 'address string too short' } : undefined
  return ellipsis < 0 ? undefined : { reason: 'the :: must expand to at least one field of zeros' }
}

function embeddedProblem(rest: string, groups: number, ellipsis: number): Problem | undefined {
  if (ellipsis < 0 && groups !== GROUPS - IPV4_GROUPS)
    return {
      reason: 'embedded IPv4 address must replace the final 2 fields of the address',
      at: rest,
    }
  if (groups + IPV4_GROUPS > GROUPS)
    return {
      reason: 'too many hex fields to fit an embedded IPv4 at the end of the address',
      at: rest,
    }
  return ipv4Problem(rest)
}

function ipv4Problem(address: string): Problem | undefined {
  let [octets, octet] = [0, '']
  for (const [index, character] of Array.from(address).entries()) {
    if (/\d/.test(character)) {
      if (octet === '0') return { reason: 'IPv4 field has octet with leading zero' }
      octet += character
      if (Number(octet) > 255) return { reason: 'IPv4 field has value >255' }
    } else if (character === '.') {
      if (index === address.length - 1 || octet === '')
        return { reason: 'IPv4 field must have at least one digit', at: address.slice(index) }
      if (octets === 3) return { reason: 'IPv4 address too long' }
      octets += 1
      octet = ''
    } else return { reason: 'unexpected character', at: address.slice(index) }
  }
  return octets < 3 ? { reason: 'IPv4 address too short' } : undefined
}
