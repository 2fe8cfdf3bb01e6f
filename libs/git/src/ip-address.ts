import { BlockList, isIP, isIPv6 } from 'node:net'

/** What kind of place an address is; the first that fits, in the order of the union. */
export type AddressKind = 'never' | 'loopback' | 'private' | 'public'

/** A set of networks in CIDR notation; a plain address is a network of one. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const slash = network.lastIndexOf('/')
    const address = slash < 0 ? network : network.slice(0, slash)
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    const bits = family === 'ipv6' ? 128 : 32
    list.addSubnet(address, slash < 0 ? bits : Number(network.slice(slash + 1)), family)
  }
  return list
}

/** Whether a text is a network that `networkList` takes. */
export function isNetwork(network: string): boolean {
  const [address = '', bits, ...rest] = network.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

/** Whether an address is in a list; an IPv6 address that carries an IPv4 one counts as that one. */
export function isListed(list: BlockList, address: string): boolean {
  const plain = carriedIpv4(address) ?? address
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Sorts an address by the registries of special addresses (RFC 6890 and its updates). */
export function addressKind(address: string): AddressKind {
  if (isListed(NEVER, address)) return 'never'
  if (isListed(LOOPBACK, address)) return 'loopback'
  return isListed(PRIVATE, address) ? 'private' : 'public'
}

const NEVER = networkList([
  '0.0.0.0/8',
  '::/128', // "This host": Linux connects to loopback.
  '169.254.0.0/16',
  'fe80::/10', // Link-local, and the metadata service of nearly every cloud.
  'fd00:ec2::/32',
  'fd20:ce::/32', // Metadata over IPv6: AWS, Google Cloud.
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192', // Metadata: Alibaba, Azure, Oracle.
  '224.0.0.0/4',
  'ff00::/8',
  '240.0.0.0/4', // Multicast, reserved, broadcast.
])

const LOOPBACK = networkList(['127.0.0.0/8', '::1'])

const PRIVATE = networkList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  'fc00::/7',
  'fec0::/10',
  '2001:db8::/32',
  '100::/64',
])

const CARRIERS: readonly { readonly list: BlockList; readonly group: number }[] = [
  { list: networkList(['64:ff9b::/96']), group: 6 }, // NAT64.
  { list: networkList(['64:ff9b:1::/48']), group: 6 }, // NAT64 of the network's own.
  { list: networkList(['::ffff:0:0/96']), group: 6 }, // IPv4-mapped.
  { list: networkList(['2002::/16']), group: 1 }, // 6to4.
]

function carriedIpv4(address: string): string | undefined {
  if (!isIPv6(address)) return undefined
  const group = CARRIERS.find(({ list }) => list.check(address, 'ipv6'))?.group
  if (group === undefined) return undefined
  const groups = expandIpv6(address)
  return [groups[group] ?? 0, groups[group + 1] ?? 0]
    .flatMap((value) => [value >> 8, value & 0xff])
    .join('.')
}

/** The eight groups of an IPv6 address. */
function expandIpv6(address: string): readonly number[] {
  const bare = address.replace(/%.*$/, '')
  // The URL parser writes a dotted tail as groups, and shortens in one way only.
  const shortest = new URL(`http://[${bare}]/`).hostname.slice(1, -1)
  const [head = '', tail] = shortest.split('::')
  const front = readGroups(head)
  const back = readGroups(tail ?? '')
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back]
}

function readGroups(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
}
