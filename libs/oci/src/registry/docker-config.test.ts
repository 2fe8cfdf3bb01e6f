import { expect, test } from 'vitest'
import { loginFrom } from './docker-config.ts'
import { parseOciUrl } from './oci-url.ts'

const basic = (user: string, password: string) => ({
  auth: Buffer.from(`${user}:${password}`).toString('base64'),
})
const CONFIG = JSON.stringify({
  auths: {
    'https://index.docker.io/v1/': basic('hub', 'a:b'),
    'ghcr.io': basic('anyone', 'x'),
    'ghcr.io/shop': { username: 'shop', password: 'y' },
    'registry.example.com:5000': { identitytoken: 'refresh' },
    'raw.example.com': { registrytoken: 'token' },
  },
})

test.each([
  ['oci://docker.io/podinfo', { kind: 'basic', username: 'hub' }, 'a:b'],
  ['oci://ghcr.io/other/app', { kind: 'basic', username: 'anyone' }, 'x'],
  ['oci://ghcr.io/shop/app', { kind: 'basic', username: 'shop' }, 'y'],
  ['oci://ghcr.io/shopping/app', { kind: 'basic', username: 'anyone' }, 'x'],
  ['oci://registry.example.com:5000/app', { kind: 'identity' }, 'refresh'],
  ['oci://raw.example.com/app', { kind: 'bearer' }, 'token'],
] as const)('%s has its login, by the longest path that fits', (url, login, secret) => {
  const found = loginFrom(CONFIG, parseOciUrl(url))
  expect(found).toMatchObject(login)
  const shown = found?.kind === 'basic' ? found.password : found?.token
  expect(shown?.reveal()).toBe(secret)
})

test('a registry that is not named is asked without signing in, also one whose name begins alike', () => {
  for (const url of ['oci://quay.io/app', 'oci://ghcr.io.example.com/shop/app'])
    expect(loginFrom(CONFIG, parseOciUrl(url))).toBeUndefined()
})

test.each(['', '{}', '{"auths":{"ghcr.io":{"auth":"bm90aGluZw=="}}}'])(
  '%j is refused by name',
  (text) => {
    expect(() => loginFrom(text, parseOciUrl('oci://ghcr.io/app'))).toThrow('.dockerconfigjson')
  },
)

test.each([
  'oci://ghcr.io',
  'oci://ghcr.io/Upper',
  'oci://ghcr.io/a:tag',
  'oci://ghcr.io/a/../b',
  'https://ghcr.io/a',
])('%s is no repository', (url) => {
  expect(() => parseOciUrl(url)).toThrow('oci://host/name')
})
