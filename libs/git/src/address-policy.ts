import { isIP } from 'node:net'
import { GitRefused } from './git-refused.ts'
import { addressKind, isListed, isNetwork, networkList } from './ip-address.ts'

/**
 * Where a source may live: the operator's word (DECISIONS 18). Link-local addresses, metadata services,
 * multicast and unspecified addresses are never allowed, whatever is listed.
 */
export interface AddressPolicy {
  readonly schemes: readonly Scheme[]
  /** Host names that are allowed wherever they resolve to; `*.example.com` is every name below it. */
  readonly hosts: readonly string[]
  /** Networks in CIDR notation that are allowed under any name. */
  readonly networks: readonly string[]
  /** What holds for a host and an address that are on no list. */
  readonly others: 'refused' | 'public' | 'public and private'
  readonly loopback: 'allowed' | 'refused'
}

export type Scheme = 'file' | 'http' | 'https' | 'ssh'

/** One process on a person's machine: anything that this person could reach. `file` is for `--repo` alone. */
export const EMBEDDED_POLICY: AddressPolicy = {
  schemes: ['file', 'http', 'https', 'ssh'],
  hosts: [],
  networks: [],
  others: 'public and private',
  loopback: 'allowed',
}

/** The platform form: nothing but what is listed. */
export function platformPolicy(lists: {
  readonly hosts: readonly string[]
  readonly networks: readonly string[]
}): AddressPolicy {
  const wrong = lists.networks.find((network) => !isNetwork(network))
  if (wrong !== undefined)
    throw new GitRefused(
      'SOURCE_ADDRESS',
      `${JSON.stringify(wrong)} is no network in CIDR notation`,
    )
  return { schemes: ['http', 'https', 'ssh'], ...lists, others: 'refused', loopback: 'refused' }
}

/**
 * Refuses a host that no address could make right, before any name is looked up. What it lets pass MUST
 * still go through `checkAddress` with the address that is connected to.
 */
export function checkHost(policy: AddressPolicy, host: string): void {
  if (isIP(host) !== 0) checkAddress(policy, host, host)
  else if (policy.others === 'refused' && policy.networks.length === 0 && !isHost(policy, host))
    throw refused(host, 'is not on the list of allowed hosts')
}

/**
 * Refuses a host that is reached through a proxy, which looks the name up itself: where not everything is allowed, the name
 * must be listed.
 */
export function checkProxiedHost(policy: AddressPolicy, host: string): void {
  if (isIP(host) !== 0) checkAddress(policy, host, host)
  else if (policy.others !== 'public and private' && !isHost(policy, host))
    throw refused(host, 'is reached through a proxy and is not on the list of allowed hosts')
}

/** Refuses an address that `host` resolved to. Connect to this address, not to the name again. */
export function checkAddress(policy: AddressPolicy, host: string, address: string): void {
  const kind = addressKind(address)
  const place = host === address ? `${address} is` : `${host} resolves to ${address}, which is`
  if (kind === 'never')
    throw refused(place, 'a link-local, metadata or unspecified address: these are never allowed')
  if (isHost(policy, host) || isListed(networkList(policy.networks), address)) return
  if (kind === 'loopback') {
    if (policy.loopback === 'allowed') return
    throw refused(place, 'a loopback address, and the policy does not allow these')
  }
  if (policy.others === 'refused') throw refused(place, 'on no list of allowed hosts and networks')
  if (kind === 'private' && policy.others === 'public')
    throw refused(place, 'a private address that is on no list of allowed hosts and networks')
}

function isHost({ hosts }: AddressPolicy, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return hosts.some((listed) => {
    const allowed = listed.toLowerCase()
    return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed
  })
}

function refused(place: string, why: string): GitRefused {
  return new GitRefused(
    'SOURCE_ADDRESS',
    `cannot use the source: ${place} ${why}; ask the operator to list the host or its network`,
  )
}
