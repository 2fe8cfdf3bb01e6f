import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type AddressPolicy, checkAddress, checkHost } from '../address-policy.ts'
import { GitRefused, SourceUnavailable } from '../git-refused.ts'
import type { ProxyChoice } from '../git-source.ts'
import { addressKind, isListed, isNetwork, networkList } from '../ip-address.ts'
import { hostOf } from '../remote-url.ts'
import { connectionError } from './connection-error.ts'

/** What the environment of a process says of proxies: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
export interface EnvironmentProxies {
  readonly http: string | undefined
  readonly https: string | undefined
  /** Hosts that are reached without one: names, `.example.com`, addresses, networks, `*`; after a comma each. */
  readonly none: string | undefined
}

/** A proxy as it is connected to. It holds a password: it MUST NOT be logged. */
export interface Proxy {
  /** With user name and password, if any. */
  readonly url: string
  /** Without them, for messages. */
  readonly display: string
}

/**
 * The proxy for a URL: the one that the source names, else that of the environment; `undefined` where the server is reached
 * directly. A proxy that a source names is held against the policy as a server is; that of the environment is the
 * operator's word.
 */
export async function proxyFor(
  url: URL,
  { chosen, environment, policy }: ProxySources,
  signal: AbortSignal,
): Promise<Proxy | undefined> {
  if (chosen !== undefined) return await chosenProxy(chosen, policy, signal)
  const named = url.protocol === 'https:' ? environment?.https : environment?.http
  if (named === undefined || named === '' || isDirect(url, environment?.none ?? ''))
    return undefined
  const parsed = parse(/^\w+:\/\//u.test(named) ? named : `http://${named}`, 'the environment')
  return { url: parsed.href, display: parsed.host }
}

export interface ProxySources {
  readonly chosen: ProxyChoice | undefined
  readonly environment: EnvironmentProxies | undefined
  readonly policy: AddressPolicy
}

/** A proxy that a source names, held against the policy. */
export async function chosenProxy(
  { address, username, password }: ProxyChoice,
  policy: AddressPolicy,
  signal: AbortSignal,
): Promise<Proxy> {
  const url = parse(address, 'the Secret of spec.proxySecretRef')
  const display = url.host
  const host = hostOf(url)
  checkHost(policy, host)
  // Connect to what was checked; a name that answers differently the next time reaches nothing.
  if (isIP(host) === 0) url.hostname = await checkedAddress(url, policy, signal)
  url.username = encodeURIComponent(username)
  url.password = encodeURIComponent(password.reveal())
  return { url: url.href, display }
}

async function checkedAddress(
  url: URL,
  policy: AddressPolicy,
  signal: AbortSignal,
): Promise<string> {
  const host = hostOf(url)
  const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
    throw throughProxy(url.host, connectionError(error, signal))
  })
  for (const { address } of addresses) checkAddress(policy, host, address)
  const [first] = addresses
  // The certificate of a proxy by TLS is for its name.
  if (url.protocol === 'https:' || first === undefined) return host
  return first.family === 6 ? `[${first.address}]` : first.address
}

const KINDS = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

function parse(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && KINDS.has(url.protocol) && url.host !== '') return url
  const is = url === undefined ? 'no address' : `${url.protocol}//`
  throw new GitRefused(
    'SOURCE_PROXY',
    `the proxy that ${where} names is ${is}: write http://host:port, https://host:port or socks5://host:port`,
  )
}

/** Whether this machine itself is meant: as in Flux, no proxy of the environment goes there. */
function isHere(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && addressKind(host) === 'loopback')
}

/** Whether the host of a URL is this machine, or named by a list such as `.example.com,10.0.0.0/8`. */
export function isDirect(url: URL, list: string): boolean {
  const host = hostOf(url)
  if (isHere(host)) return true
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .split(/[\s,]+/u)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      if (isNetwork(entry)) return isIP(host) !== 0 && isListed(networkList([entry]), host)
      const [, name = '', wanted = port] = /^(.*?)(?::(\d+))?$/u.exec(entry.toLowerCase()) ?? []
      const bare = name.replace(/^\*?\./u, '')
      return wanted === port && (host === bare || host.endsWith(`.${bare}`))
    })
}

/** An outage on the way through a proxy is told with that proxy. */
export function throughProxy(display: string, error: unknown): unknown {
  if (!(error instanceof SourceUnavailable)) return error
  return new SourceUnavailable(`through the proxy ${display}: ${error.message}`, { cause: error })
}
