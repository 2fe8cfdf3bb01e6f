import { Secret } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { gitCredentials, githubApp, proxyChoice } from './git-credentials.ts'

function credentialsOf(
  values: Readonly<Record<string, string>>,
): ReturnType<typeof gitCredentials> {
  return gitCredentials(secretOf(values))
}

function secretOf(values: Readonly<Record<string, string>>): Secret<Map<string, Buffer>> {
  const entries = Object.entries(values).map(([key, value]) => [key, Buffer.from(value)] as const)
  return new Secret(new Map(entries))
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

test('a GitHub App goes by the keys of Flux, and a key that is missing is named', () => {
  const keys = { githubAppID: '7\n', githubAppPrivateKey: 'pem' }
  const whole = { ...keys, githubAppInstallationID: '42', 'ca.crt': 'ca' }
  expect(githubApp(secretOf(whole))).toMatchObject({
    appId: '7',
    installation: { kind: 'id', id: '42' },
    baseUrl: 'https://api.github.com',
    certificateAuthority: 'ca',
  })
  const both = { ...whole, githubAppInstallationOwner: 'acme' }
  expect(() => githubApp(secretOf(both))).toThrow(/and not both/u)
  expect(() => githubApp(secretOf(keys))).toThrow(/give it one of githubAppInstallationID/u)
  expect(() => githubApp(secretOf({}))).toThrow(/give it githubAppID/u)
  const odd = { ...whole, githubAppBaseURL: 'github.example.com' }
  expect(() => githubApp(secretOf(odd))).toThrow(/githubAppBaseURL is no address/u)
})

test('a proxy has an address, and perhaps a login', () => {
  const { address, password } = proxyChoice(
    secretOf({ address: ' http://proxy:3128\n', username: 'ada', password: 'hush' }),
  )
  expect([address, password.reveal()]).toEqual(['http://proxy:3128', 'hush'])
  expect(() => proxyChoice(secretOf({ username: 'ada' }))).toThrow(/has no key address/u)
})
