import { BusRefused, linkToNats, type NatsCredentials } from '@tidemark/bus'
import { checkAddress, checkHost, GitRefused, type AddressPolicy } from '@tidemark/git'
import { Secret, type Clock, type Random } from '@tidemark/kernel'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Parcel } from '../../ports.ts'
import { ProviderBusy, ProviderRefused } from './exchange.ts'
import { goJson } from './go-json.ts'
import { textIn, type ProviderAccess } from './provider-secret.ts'

export interface NatsSending {
  readonly clock: Clock
  readonly random: Random
  readonly policy: AddressPolicy
}

/** The whole event as JSON, published on the subject that `spec.channel` names. */
export async function sendNats(
  { event, provider, credentials }: Parcel,
  access: ProviderAccess,
  { clock, random, policy }: NatsSending,
  signal: AbortSignal,
): Promise<void> {
  const subject = provider.channel
  if (subject === '')
    throw new ProviderRefused('PROVIDER_ADDRESS', 'spec.channel is to name the subject')
  const server = await checkedServer(access.address, policy)
  const signIn = credentialsOf(credentials, access)
  try {
    await using link = await linkToNats({
      servers: [server],
      name: 'tidemark notifications',
      credentials: signIn,
      clock,
      random,
    })
    signal.addEventListener('abort', () => void link.connection.close(), { once: true })
    link.connection.publish(subject, Buffer.from(goJson(event)))
    await link.connection.flush()
  } catch (error) {
    if (error instanceof BusRefused)
      throw new ProviderRefused('PROVIDER_REFUSED', 'the NATS server does not let us in')
    throw new ProviderBusy('the NATS server cannot be reached')
  }
}

/** The server by the address that was held against the policy; by its name with TLS, whose certificate is for that. */
async function checkedServer(address: string, policy: AddressPolicy): Promise<string> {
  const text = address.includes('://') ? address : `nats://${address}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'nats:' && url.protocol !== 'tls:'))
    throw new ProviderRefused('PROVIDER_ADDRESS', 'its address is to be nats://host:port')
  const host = url.hostname.replaceAll(/[[\]]/gu, '')
  const port = url.port || '4222'
  try {
    checkHost(policy, host)
    if (isIP(host) !== 0) return `${url.protocol}//${url.hostname}:${port}`
    const addresses = await lookup(host, { all: true })
    for (const { address: found } of addresses) checkAddress(policy, host, found)
    const [first] = addresses
    if (first === undefined || url.protocol === 'tls:') return `${url.protocol}//${host}:${port}`
    return `nats://${first.family === 6 ? `[${first.address}]` : first.address}:${port}`
  } catch (error) {
    if (error instanceof GitRefused) throw error
    throw new ProviderBusy('the name of the NATS server does not resolve')
  }
}

/** By Flux's order: `creds`, `nkey`, then user and password. */
function credentialsOf(
  values: Parcel['credentials'],
  { username, password }: ProviderAccess,
): NatsCredentials {
  const creds = textIn(values, 'creds')
  if (creds !== '') return { kind: 'creds', creds: () => new Secret(creds) }
  const seed = textIn(values, 'nkey')
  if (seed !== '') return { kind: 'nkey', seed: () => new Secret(seed) }
  if (username === '' || password === '') return { kind: 'none' }
  return { kind: 'password', user: username, password: () => new Secret(password) }
}
