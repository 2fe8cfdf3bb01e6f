import { FunctionError } from '../errors.ts'
import { quote } from '../fmt/quote.ts'
import { addressProblem } from './parse-address.ts'

/** `url.URL` of Go, with what templates see of it. All texts are Go bytes. */
export interface GoUrl {
  readonly scheme: string
  readonly opaque: string
  /** Already escaped, as `Userinfo.String` gives it; nothing where there is none. */
  readonly userinfo: string | undefined
  readonly host: string
  readonly path: string
  readonly query: string
  readonly fragment: string
}

type Part = 'host' | 'zone' | 'path' | 'userinfo' | 'fragment'

const UNRESERVED = 'A-Za-z0-9\\-_.~'
/** What stands in each part as it is. */
const PLAIN: Readonly<Record<Part, RegExp>> = {
  host: new RegExp(`^[${UNRESERVED}!$&'()*+,;=:[\\]<>"]$`),
  zone: new RegExp(`^[${UNRESERVED}!$&'()*+,;=:[\\]<>"]$`),
  path: new RegExp(`^[${UNRESERVED}$&+,/:;=@]$`),
  userinfo: new RegExp(`^[${UNRESERVED}$&+,;=]$`),
  fragment: new RegExp(`^[${UNRESERVED}$&+,/:;=?@!()*]$`),
}
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/

/** `url.Parse` of Go 1.26; throws `FunctionError` with its text. */
export function parseUrl(text: string): GoUrl {
  const hash = text.indexOf('#')
  const main = hash === -1 ? text : text.slice(0, hash)
  const fragment = hash === -1 ? '' : text.slice(hash + 1)
  const url = wrapped(main, () => parseMain(main))
  return fragment === ''
    ? url
    : { ...url, fragment: wrapped(text, () => unescapeUrl(fragment, 'fragment')) }
}

/** `url.URL.String` of Go. */
export function formatUrl(url: GoUrl): string {
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`
  const start = url.opaque === '' ? withPath(scheme + authorityOf(url), url) : scheme + url.opaque
  const query = url.query === '' ? '' : `?${url.query}`
  const fragment = url.fragment === '' ? '' : `#${escapeUrl(url.fragment, 'fragment')}`
  return start + query + fragment
}

function authorityOf({ scheme, host, path, userinfo }: GoUrl): string {
  if (scheme === '' && host === '' && userinfo === undefined) return ''
  const slashes = host !== '' || path !== '' || userinfo !== undefined ? '//' : ''
  return slashes + (userinfo === undefined ? '' : `${userinfo}@`) + escapeUrl(host, 'host')
}

function withPath(start: string, url: GoUrl): string {
  const path = url.path === '*' ? '*' : escapeUrl(url.path, 'path')
  if (path !== '' && !path.startsWith('/') && url.host !== '') return `${start}/${path}`
  // A first segment with a colon would be taken for a scheme.
  const isAmbiguous = start === '' && (path.split('/')[0] ?? '').includes(':')
  return isAmbiguous ? `./${path}` : start + path
}

/** `url.URL.Hostname`. */
export function hostnameOf({ host }: GoUrl): string {
  const name = /^(.*):\d*$/s.exec(host)?.[1] ?? host
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

class Problem extends Error {}

function wrapped<T>(text: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Problem)
      throw new FunctionError(`parse ${quote(text)}: ${error.message}`, { cause: error })
    throw error
  }
}

function parseMain(text: string): GoUrl {
  // oxlint-disable-next-line no-control-regex -- Control characters are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(text))
    throw new Problem('net/url: invalid control character in URL')
  const empty = {
    scheme: '',
    opaque: '',
    userinfo: undefined,
    host: '',
    path: '',
    query: '',
    fragment: '',
  }
  if (text === '*') return { ...empty, path: '*' }
  const { scheme, rest: afterScheme } = splitScheme(text)
  const mark = afterScheme.indexOf('?')
  const rest = mark === -1 ? afterScheme : afterScheme.slice(0, mark)
  const query = mark === -1 ? '' : afterScheme.slice(mark + 1)
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...empty, scheme, opaque: rest, query }
    if ((rest.split('/')[0] ?? '').includes(':'))
      throw new Problem('first path segment in URL cannot contain colon')
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))
  if (!hasAuthority) return { ...empty, scheme, query, path: unescapeUrl(rest, 'path') }
  const slash = rest.indexOf('/', 2)
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash)
  const path = slash === -1 ? '' : rest.slice(slash)
  return {
    ...empty,
    scheme,
    query,
    ...parseAuthority(scheme, authority),
    path: unescapeUrl(path, 'path'),
  }
}

function splitScheme(text: string): { scheme: string; rest: string } {
  if (text.startsWith(':')) throw new Problem('missing protocol scheme')
  const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text)?.[1]
  if (scheme === undefined) return { scheme: '', rest: text }
  return { scheme: scheme.toLowerCase(), rest: text.slice(scheme.length + 1) }
}

function parseAuthority(
  scheme: string,
  authority: string,
): { host: string; userinfo: string | undefined } {
  const at = authority.lastIndexOf('@')
  const host = parseHost(scheme, authority.slice(at + 1))
  if (at === -1) return { host, userinfo: undefined }
  const userinfo = authority.slice(0, at)
  if (!USERINFO.test(userinfo)) throw new Problem('net/url: invalid userinfo')
  const colon = userinfo.indexOf(':')
  const name = unescapeUrl(colon === -1 ? userinfo : userinfo.slice(0, colon), 'userinfo')
  const shown = escapeUrl(name, 'userinfo')
  if (colon === -1) return { host, userinfo: shown }
  const password = escapeUrl(unescapeUrl(userinfo.slice(colon + 1), 'userinfo'), 'userinfo')
  return { host, userinfo: `${shown}:${password}` }
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[')
  if (open > 0) throw new Problem('invalid IP-literal')
  if (open === 0) return parseLiteral(host)
  const first = host.indexOf(':')
  if (first !== -1) {
    const isStrict = scheme === 'http' || scheme === 'https'
    checkPort(host.slice(isStrict ? first : host.lastIndexOf(':')))
  }
  return unescapeUrl(host, 'host')
}

function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']')
  if (close === -1) throw new Problem("missing ']' in host")
  const port = host.slice(close + 1)
  checkPort(port)
  const name = host.slice(1, close)
  const zone = name.indexOf('%25')
  const address =
    zone === -1
      ? unescapeUrl(name, 'host')
      : unescapeUrl(name.slice(0, zone), 'host') + unescapeUrl(name.slice(zone), 'zone')
  const problem = addressProblem(address)
  if (problem !== undefined) throw new Problem(`invalid host: ${problem}`)
  // In brackets stands an address of version 6.
  if (!address.includes(':')) throw new Problem('invalid IP-literal')
  return `[${address}]${port}`
}

function checkPort(port: string): void {
  if (!/^(?::\d*)?$/.test(port)) throw new Problem(`invalid port ${quote(port)} after host`)
}

function unescapeUrl(text: string, part: Part): string {
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '%') {
      checkEscape(text, at, part)
      at += 2
    } else if ((part === 'host' || part === 'zone') && char < '\u0080' && !PLAIN[part].test(char))
      throw new Problem(`invalid character ${quote(char)} in host name`)
  }
  return text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function checkEscape(text: string, at: number, part: Part): void {
  const escape = text.slice(at, at + 3)
  const isGood = /^%[0-9a-fA-F]{2}$/.test(escape)
  const isAsciiHost = part === 'host' && /^%[0-7]/.test(escape) && escape !== '%25'
  if (!isGood || isAsciiHost) throw new Problem(`invalid URL escape ${quote(escape)}`)
}

function escapeUrl(bytes: string, part: Part): string {
  const plain = PLAIN[part]
  return Array.from(bytes, (byte) =>
    plain.test(byte) ? byte : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')
}
