import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { VirtualClock } from '@tidemark/kernel/testing'
import { afterAll, expect, test } from 'vitest'

import { KubeconfigRefused } from '../errors.ts'
import { kubeconfigContexts, type KubeconfigOptions, readKubeconfig } from './kubeconfig.ts'

const dir = mkdtempSync(join(tmpdir(), 'tidemark-kubeconfig-'))
const file = join(dir, 'config')
const script = join(dir, 'sign-in.sh')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

writeFileSync(join(dir, 'ca.crt'), 'the authority')
writeFileSync(join(dir, 'token'), 'first\n')
writeFileSync(
  script,
  `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from a program"}}'\n`,
  { mode: 0o755 },
)
writeFileSync(
  file,
  `apiVersion: v1
kind: Config
current-context: other
clusters:
- {name: real, cluster: {server: "https://cluster.example:6443/", certificate-authority: ca.crt, tls-server-name: kubernetes}}
- {name: open, cluster: {server: "http://cluster.example:8080"}}
- {name: local, cluster: {server: "http://127.0.0.1:8080"}}
users:
- {name: robot, user: {token: abc}}
- {name: reader, user: {tokenFile: token}}
- {name: person, user: {username: me, password: geheim}}
- {name: certificate, user: {client-certificate-data: ${encoded('cert')}, client-key-data: ${encoded('key')}}}
- {name: program, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "${script}", interactiveMode: Never}}}
- {name: old, user: {auth-provider: {name: gcp, config: {cmd-path: /bin/false}}}}
- {name: actor, user: {token: abc, as: somebody, as-groups: [a, b]}}
- {name: extra, user: {token: abc, as: somebody, as-user-extra: {a: [b]}}}
contexts:
- {name: prod, context: {cluster: real, user: robot, namespace: shop}}
- {name: reader, context: {cluster: real, user: reader}}
- {name: person, context: {cluster: real, user: person}}
- {name: certificate, context: {cluster: real, user: certificate}}
- {name: program, context: {cluster: real, user: program}}
- {name: old, context: {cluster: real, user: old}}
- {name: actor, context: {cluster: real, user: actor}}
- {name: extra, context: {cluster: real, user: extra}}
- {name: open, context: {cluster: open, user: robot}}
- {name: local, context: {cluster: local, user: robot}}
- {name: nobody, context: {cluster: real, user: ghost}}
- {name: nowhere, context: {cluster: ghost, user: robot}}
`,
)

function encoded(text: string): string {
  return Buffer.from(text).toString('base64')
}

function withToken(token: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://a.example"}}]
users: [{name: a, user: {token: ${token}}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`
}

function read(
  context: string,
  options: Partial<KubeconfigOptions> = {},
): ReturnType<typeof readKubeconfig> {
  return readKubeconfig({
    path: file,
    context,
    exec: 'refused',
    clock: new VirtualClock(),
    ...options,
  })
}

test('a context gives the address, the namespace, the authority and the token', async () => {
  const access = await read('prod')
  expect(access).toMatchObject({ server: 'https://cluster.example:6443', namespace: 'shop' })
  const { headers, tls } = await access.credentials('kept')
  expect(headers).toEqual({ authorization: 'Bearer abc' })
  expect(String(tls.ca)).toBe('the authority')
  expect(tls.servername).toBe('kubernetes')
})

test('a certificate and a password sign in too', async () => {
  const { tls } = await (await read('certificate')).credentials('kept')
  expect([String(tls.cert), String(tls.key)]).toEqual(['cert', 'key'])
  const { headers } = await (await read('person')).credentials('kept')
  expect(headers['authorization']).toBe(`Basic ${encoded('me:geheim')}`)
})

test('whom the file acts as is said to the API server', async () => {
  const { headers } = await (await read('actor')).credentials('kept')
  expect(headers).toMatchObject({ 'impersonate-user': 'somebody', 'impersonate-group': ['a', 'b'] })
})

test('a token file is read again when a minute has passed', async () => {
  const clock = new VirtualClock()
  const access = await read('reader', { clock })
  expect((await access.credentials('kept')).headers['authorization']).toBe('Bearer first')
  writeFileSync(join(dir, 'token'), 'second')
  expect((await access.credentials('kept')).headers['authorization']).toBe('Bearer first')
  await clock.advance(61_000)
  expect((await access.credentials('kept')).headers['authorization']).toBe('Bearer second')
})

test('what the API server has refused is read from the file again', async () => {
  const path = join(dir, 'rotated')
  writeFileSync(path, withToken('old'))
  const access = await read('a', { path })
  expect((await access.credentials('kept')).headers['authorization']).toBe('Bearer old')
  writeFileSync(path, withToken('new'))
  expect((await access.credentials('kept')).headers['authorization']).toBe('Bearer old')
  expect((await access.credentials('fresh')).headers['authorization']).toBe('Bearer new')
})

test('a program signs in only where that is allowed', async () => {
  await expect(read('program')).rejects.toThrow(
    'user "program" runs a program to sign in, which is not allowed here',
  )
  await expect(read('old')).rejects.toThrow(KubeconfigRefused)
  const access = await read('program', { exec: 'allowed' })
  expect((await access.credentials('kept')).headers['authorization']).toBe('Bearer from a program')
})

test.each([
  ['missing', 'there is no context "missing"; there are: "prod", "reader"'],
  ['nobody', 'context "nobody" names the user "ghost", which is not there'],
  ['extra', 'as-user-extra is not supported'],
  ['nowhere', 'context "nowhere" names the cluster "ghost", which is not there'],
  ['open', 'an API server is reached by https, or by http on this machine'],
])('context %s is refused, and the message says why', async (context, why) => {
  await expect(read(context)).rejects.toThrow(why)
  await expect(read(context)).rejects.toThrow(file)
})

test('http is enough on this machine', async () => {
  expect((await read('local')).server).toBe('http://127.0.0.1:8080')
})

test('a file that is not there, or no kubeconfig, is refused by name', async () => {
  await expect(read('prod', { path: join(dir, 'none') })).rejects.toThrow(KubeconfigRefused)
  const broken = join(dir, 'broken')
  writeFileSync(broken, 'clusters: [')
  await expect(read('prod', { path: broken })).rejects.toThrow(broken)
  const empty = join(dir, 'empty')
  writeFileSync(empty, '')
  await expect(read('prod', { path: empty })).rejects.toThrow(KubeconfigRefused)
})

test('the contexts of a file can be listed', async () => {
  expect((await kubeconfigContexts(file)).slice(0, 2)).toEqual(['prod', 'reader'])
})
