import { expect, test } from 'vitest'
import {
  type AddressPolicy,
  checkAddress,
  checkHost,
  EMBEDDED_POLICY,
  platformPolicy,
} from './address-policy.ts'

const NOTHING_LISTED = platformPolicy({ hosts: [], networks: [] })
const isAllowed = (policy: AddressPolicy, host: string, address: string = host): boolean => {
  try {
    checkHost(policy, host)
    checkAddress(policy, host, address)
    return true
  } catch {
    return false
  }
}

test('link-local, metadata, unspecified and multicast addresses are never allowed', () => {
  const everything: AddressPolicy = {
    ...EMBEDDED_POLICY,
    hosts: ['metadata.example'],
    networks: ['0.0.0.0/0', '::/0'],
  }
  for (const address of [
    '169.254.169.254',
    '169.254.0.1',
    '0.0.0.0',
    '100.100.100.200',
    '168.63.129.16',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fd00:ec2::254',
    'ff02::1',
    // The same inside IPv6: mapped, NAT64, 6to4.
    '::ffff:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
  ])
    expect([address, isAllowed(everything, 'metadata.example', address)]).toEqual([address, false])
})

test('a person’s own machine may reach what the person may', () => {
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', '192.168.1.1', '140.82.121.3', 'fd12::1'])
    expect([address, isAllowed(EMBEDDED_POLICY, address)]).toEqual([address, true])
})

test('the platform reaches only what is listed', () => {
  expect(isAllowed(NOTHING_LISTED, 'github.com', '140.82.121.3')).toBe(false)
  const listed = platformPolicy({
    hosts: ['github.com', '*.corp.example'],
    networks: ['10.20.0.0/16', 'fd12::/16'],
  })
  expect(isAllowed(listed, 'github.com', '140.82.121.3')).toBe(true)
  expect(isAllowed(listed, 'GitHub.com.', '140.82.121.3')).toBe(true)
  expect(isAllowed(listed, 'git.corp.example', '10.9.9.9')).toBe(true)
  expect(isAllowed(listed, 'corp.example', '10.9.9.9')).toBe(false)
  expect(isAllowed(listed, 'evilgithub.com', '140.82.121.3')).toBe(false)
  expect(isAllowed(listed, 'git.internal', '10.20.30.40')).toBe(true)
  expect(isAllowed(listed, 'git.internal', '::ffff:10.20.30.40')).toBe(true)
  expect(isAllowed(listed, 'git.internal', 'fd12::7')).toBe(true)
  expect(isAllowed(listed, 'git.internal', '10.21.0.1')).toBe(false)
  expect(isAllowed(listed, 'git.internal', '127.0.0.1')).toBe(false)
  expect(isAllowed(listed, '10.20.0.7')).toBe(true)
})

test('public alone leaves private addresses and loopback out', () => {
  const open: AddressPolicy = { ...NOTHING_LISTED, others: 'public' }
  expect(isAllowed(open, 'github.com', '140.82.121.3')).toBe(true)
  for (const address of [
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '::1',
    'fc00::1',
    '::ffff:10.0.0.1',
  ])
    expect([address, isAllowed(open, 'github.com', address)]).toEqual([address, false])
})

test('a list that is no list of networks is refused', () => {
  for (const network of ['10.0.0.0/33', 'example.com', '10.0.0/8', '::/129', ''])
    expect(() => platformPolicy({ hosts: [], networks: [network] })).toThrow('CIDR')
})

test('the refusal says what resolved to what, and who can change it', () => {
  expect(() => checkAddress(NOTHING_LISTED, 'git.corp', '10.0.0.7')).toThrow(
    'cannot use the source: git.corp resolves to 10.0.0.7, which is on no list of allowed hosts and networks; ask the operator',
  )
})
