import { Secret } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { gitCredentials } from './git-credentials.ts'

function credentialsOf(
  values: Readonly<Record<string, string>>,
): ReturnType<typeof gitCredentials> {
  return gitCredentials(
    new Secret(new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]))),
  )
}

test('a user name with a password is a basic login', () => {
  const { login } = credentialsOf({ username: 'ada', password: 'x y' })
  expect(login?.kind === 'basic' ? [login.username, login.password.reveal()] : login).toEqual([
    'ada',
    'x y',
  ])
})

test('a bearer token is a login without a user name', () => {
  const { login } = credentialsOf({ bearerToken: 'b' })
  expect(login?.kind === 'bearer' ? login.token.reveal() : login).toBe('b')
})

test('a certificate authority goes by its new name and its old one', () => {
  expect(credentialsOf({ caFile: 'old' }).certificateAuthority).toBe('old')
  expect(credentialsOf({ caFile: 'old', 'ca.crt': 'new' }).certificateAuthority).toBe('new')
})

test('a client certificate needs its key', () => {
  expect(credentialsOf({ 'tls.crt': 'c' }).clientCertificate).toBeUndefined()
  expect(credentialsOf({ 'tls.crt': 'c', 'tls.key': 'k' }).clientCertificate?.certificate).toBe('c')
})

test('an identity comes with the hosts that are known', () => {
  const { ssh } = credentialsOf({ identity: 'key', known_hosts: 'a.example ssh-ed25519 AAAA' })
  expect([ssh?.identity.reveal(), ssh?.knownHosts]).toEqual(['key', 'a.example ssh-ed25519 AAAA'])
})

test('no value shows where credentials are printed', () => {
  const printed = JSON.stringify(
    credentialsOf({
      username: 'ada',
      password: 'hush',
      'tls.crt': 'c',
      'tls.key': 'hush',
      identity: 'hush',
    }),
  )
  expect(printed).not.toContain('hush')
})
