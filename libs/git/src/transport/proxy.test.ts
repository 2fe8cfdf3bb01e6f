import { Secret } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { EMBEDDED_POLICY } from '../address-policy.ts'
import { isDirect, proxyFor } from './proxy.ts'

test.each([
  ['https://git.example.com/x', 'git.example.com', true],
  ['https://git.example.com/x', 'GIT.example.com', true],
  ['https://git.example.com/x', 'example.com', true],
  ['https://git.example.com/x', '.example.com', true],
  ['https://git.example.com/x', '*.example.com', true],
  ['https://git.example.com/x', 'ample.com', false],
  ['https://git.example.com/x', 'localhost, git.example.com', true],
  ['https://git.example.com/x', 'git.example.com:443', true],
  ['https://git.example.com/x', 'git.example.com:8443', false],
  ['http://git.example.com:8080/x', 'git.example.com:8080', true],
  ['https://10.1.2.3/x', '10.0.0.0/8', true],
  ['https://11.1.2.3/x', '10.0.0.0/8', false],
  ['https://[fd00::1]/x', 'fd00::/8', true],
  ['https://git.example.com/x', '10.0.0.0/8', false],
  ['https://git.example.com/x', '*', true],
  ['https://git.example.com/x', '', false],
  ['http://127.0.0.1:8080/x', '', true],
  ['http://localhost/x', '', true],
])('%s with NO_PROXY=%s is reached directly: %s', (url, list, direct) => {
  expect(isDirect(new URL(url), list)).toBe(direct)
})

test('a proxy without a scheme is one by http, and its password is not for messages', async () => {
  const environment = { http: undefined, https: 'ada:hush@proxy:3128', none: undefined }
  const sources = { chosen: undefined, environment, policy: EMBEDDED_POLICY }
  const signal = AbortSignal.timeout(5_000)
  const proxy = await proxyFor(new URL('https://git.example.com'), sources, signal)
  expect(proxy).toEqual({ url: 'http://ada:hush@proxy:3128/', display: 'proxy:3128' })
  expect(await proxyFor(new URL('http://git.example.com'), sources, signal)).toBeUndefined()
})

test('a proxy at an address that no source may have is refused', async () => {
  const chosen = { address: 'http://169.254.169.254', username: '', password: new Secret('') }
  const sources = { chosen, environment: undefined, policy: EMBEDDED_POLICY }
  const proxy = proxyFor(new URL('http://git.example.com'), sources, AbortSignal.timeout(5_000))
  await expect(proxy).rejects.toMatchObject({ code: 'SOURCE_ADDRESS' })
})
