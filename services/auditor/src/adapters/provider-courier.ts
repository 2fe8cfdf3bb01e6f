import {
  GitRefused,
  HttpClient,
  type AddressPolicy,
  type EnvironmentProxies,
  type GitCredentials,
  type ProxyChoice,
} from '@tidemark/git'
import { OperatingError, Secret, type Clock, type Random } from '@tidemark/kernel'
import type { Courier, Delivered, Parcel } from '../ports.ts'
import { sendGitea, sendGithub, sendGitlab } from './providers/commit-status.ts'
import { ProviderBusy, ProviderRefused, type Exchange } from './providers/exchange.ts'
import { sendGeneric } from './providers/generic.ts'
import { sendTeams } from './providers/msteams.ts'
import { sendNats } from './providers/nats.ts'
import { providerAccess, textIn, type ProviderAccess } from './providers/provider-secret.ts'
import { sendDiscord, sendSlack } from './providers/slack.ts'

const TIMEOUT_MS_MAX = 60_000 // What a Provider may ask for beside: a slot is not held longer.
const ANSWER_BYTES_MAX = 1024 * 1024

export interface ProviderCourierParts {
  readonly clock: Clock
  readonly random: Random
  /** Where notifications may go: what holds for sources. */
  readonly policy: AddressPolicy
  readonly proxies: EnvironmentProxies | undefined
}

type Send = (parcel: Parcel, access: ProviderAccess, exchange: Exchange) => Promise<void>

const SENDERS: Readonly<Record<Exclude<Parcel['provider']['type'], 'nats'>, Send>> = {
  generic: sendGeneric,
  'generic-hmac': sendGeneric,
  slack: sendSlack,
  discord: sendDiscord,
  msteams: sendTeams,
  github: sendGithub,
  gitlab: sendGitlab,
  gitea: sendGitea,
}

/** Sends notifications as Flux's notification-controller does, under the operator's policy for addresses. */
export function providerCourier(parts: ProviderCourierParts): Courier {
  return { deliver: (parcel, signal) => deliver(parts, parcel, signal) }
}

async function deliver(
  parts: ProviderCourierParts,
  parcel: Parcel,
  signal: AbortSignal,
): Promise<Delivered> {
  const { provider } = parcel
  using limit = parts.clock.deadline(Math.min(provider.timeoutMs, TIMEOUT_MS_MAX), signal)
  try {
    const access = providerAccess(parcel)
    if (provider.type === 'nats') await sendNats(parcel, access, parts, limit.signal)
    else await sendHttp(parts, { parcel, access, send: SENDERS[provider.type] }, limit.signal)
    return { kind: 'sent' }
  } catch (error) {
    signal.throwIfAborted()
    return failureOf(error, limit.signal.aborted)
  }
}

interface Sending {
  readonly parcel: Parcel
  readonly access: ProviderAccess
  readonly send: Send
}

async function sendHttp(
  { policy, proxies }: ProviderCourierParts,
  { parcel, access, send }: Sending,
  signal: AbortSignal,
): Promise<void> {
  using client = new HttpClient({
    policy,
    credentials: certificatesOf(parcel),
    idleMs: TIMEOUT_MS_MAX,
    via: { chosen: proxyOf(parcel), environment: proxies, policy },
  })
  await send(parcel, access, async ({ url, headers, body }) => {
    const target = URL.canParse(url) ? new URL(url) : undefined
    if (target?.protocol !== 'https:' && target?.protocol !== 'http:')
      throw new ProviderRefused('PROVIDER_ADDRESS', 'its address is to begin with https://')
    const request = { url: target, headers: { 'user-agent': 'tidemark', ...headers } }
    const response = await client.send(body === undefined ? request : { ...request, body }, signal)
    return { status: response.status, body: await read(response.body) }
  })
}

/** The body of an answer; what is behind the bound is left. */
async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > ANSWER_BYTES_MAX) break
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** `certSecretRef`, or the authority in the Secret itself. */
function certificatesOf({ certificates, credentials }: Parcel): GitCredentials {
  const values = certificates ?? credentials
  const authority = textIn(values, 'ca.crt') || textIn(values, 'caFile')
  const certificate = textIn(values, 'tls.crt') || textIn(values, 'certFile')
  const key = textIn(values, 'tls.key') || textIn(values, 'keyFile')
  return {
    ...(authority === '' ? {} : { certificateAuthority: authority }),
    ...(certificate === '' || key === ''
      ? {}
      : { clientCertificate: { certificate, key: new Secret(key) } }),
  }
}

/** `proxySecretRef`, then the key `proxy` of the Secret, then `spec.proxy`. */
function proxyOf({ provider, credentials, proxy }: Parcel): ProxyChoice | undefined {
  const named = textIn(proxy, 'address').trim()
  if (proxy !== undefined && named === '')
    throw new ProviderRefused('PROVIDER_PROXY', 'the Secret of spec.proxySecretRef has no address')
  if (named !== '')
    return {
      address: named,
      username: textIn(proxy, 'username'),
      password: new Secret(textIn(proxy, 'password')),
    }
  const address = textIn(credentials, 'proxy').trim() || provider.proxy
  if (address === '') return undefined
  const url = URL.canParse(address) ? new URL(address) : undefined
  return {
    address,
    username: decodeURIComponent(url?.username ?? ''),
    password: new Secret(decodeURIComponent(url?.password ?? '')),
  }
}

/** Messages are ours, or of those that hold no address: what the other side said is told to nobody. */
function failureOf(error: unknown, isLate: boolean): Delivered {
  if (isLate) return unanswered('PROVIDER_TIMEOUT', 'it does not answer within spec.timeout')
  if (error instanceof ProviderRefused)
    return { kind: 'refused', code: error.code, message: error.message }
  if (error instanceof ProviderBusy) return unanswered('PROVIDER_UNAVAILABLE', error.message)
  if (error instanceof GitRefused && error.code === 'SOURCE_ADDRESS')
    return unanswered(
      'PROVIDER_ADDRESS',
      "the operator's policy does not allow its address; ask to list the host or its network",
    )
  if (error instanceof GitRefused) return unanswered('PROVIDER_CONNECTION', error.message)
  if (error instanceof OperatingError) return unanswered('PROVIDER_UNAVAILABLE', error.message)
  return { kind: 'refused', code: 'PROVIDER_REFUSED', message: 'it cannot be sent as it is' }
}

function unanswered(code: string, message: string): Delivered {
  return { kind: 'unanswered', code, message }
}
