import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { VirtualClock } from '@tidemark/kernel/testing'
import { afterAll, expect, test } from 'vitest'

import { signInProgram } from './sign-in-program.ts'

const dir = mkdtempSync(join(tmpdir(), 'tidemark-program-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const API_VERSION = 'client.authentication.k8s.io/v1'
const cluster = {
  name: 'a',
  server: 'https://a.example',
  caData: 'YQ==',
  tlsServerName: 'kubernetes',
  skipTLSVerify: false,
}

/** A program that runs these lines of shell. */
function program(
  lines: string,
  more: Readonly<Record<string, unknown>> = {},
  clock: VirtualClock = new VirtualClock(),
): ReturnType<typeof signInProgram> {
  writeFileSync(join(dir, 'program.sh'), `#!/bin/sh\ncd ${dir}\n${lines}\n`, { mode: 0o755 })
  const exec = { apiVersion: API_VERSION, command: './program.sh', ...more }
  return signInProgram({ exec, user: 'robot', cluster, path: join(dir, 'config'), clock })
}

function prints(
  status: Readonly<Record<string, string>>,
  apiVersion: string = API_VERSION,
): string {
  const credential = { apiVersion, kind: 'ExecCredential', status }
  return `echo run >> runs\ncat <<'END'\n${JSON.stringify(credential)}\nEND`
}

test('it is told of itself, of the cluster where that is asked for, and what the file sets', async () => {
  const tells = `${prints({ token: 'abc' })}\nprintf %s "$KUBERNETES_EXEC_INFO" > info\nprintf '%s %s' "$PROFILE" "$*" > given`
  const more = { args: ['get', 'token'], env: [{ name: 'PROFILE', value: 'prod' }] }
  expect(await program(tells, more)()).toEqual({ token: 'abc' })
  expect(readFileSync(join(dir, 'given'), 'utf8')).toBe('prod get token')
  const told = { apiVersion: API_VERSION, kind: 'ExecCredential', spec: { interactive: false } }
  expect(JSON.parse(readFileSync(join(dir, 'info'), 'utf8'))).toEqual(told)
  await program(tells, { provideClusterInfo: true })()
  expect(JSON.parse(readFileSync(join(dir, 'info'), 'utf8'))).toMatchObject({
    spec: {
      cluster: {
        server: 'https://a.example',
        'certificate-authority-data': 'YQ==',
        'tls-server-name': 'kubernetes',
      },
    },
  })
})

test('what it gave is kept until it expires', async () => {
  writeFileSync(join(dir, 'runs'), '')
  const clock = new VirtualClock()
  const runs = (): number => readFileSync(join(dir, 'runs'), 'utf8').length / 'run\n'.length
  const expirationTimestamp = new Date(clock.now() + 600_000).toISOString()
  const ask = program(prints({ token: 'abc', expirationTimestamp }), {}, clock)
  await ask()
  await clock.advance(590_000)
  await ask()
  expect(runs()).toBe(1)
  await clock.advance(20_000)
  await ask()
  expect(runs()).toBe(2)
})

test('a certificate is taken with its key', async () => {
  const pair = { clientCertificateData: 'cert', clientKeyData: 'key' }
  expect(await program(prints(pair))()).toEqual({ certificate: { cert: 'cert', key: 'key' } })
})

test.each([
  ['echo geheim', 'printed something that is no JSON'],
  ['echo \'{"token": "geheim"}\'', 'printed no ExecCredential'],
  [prints({}), 'gave neither a token nor a certificate with its key'],
  [prints({ clientCertificateData: 'geheim' }), 'gave neither a token nor a certificate'],
  [prints({ token: 'geheim' }, 'client.authentication.k8s.io/v1beta1'), 'another apiVersion than'],
  ['echo geheim; echo "no profile" >&2; exit 4', 'ended with 4: no profile'],
  ['yes geheim', 'printed more than 1048576 bytes'],
])('an answer that is none is refused by name, and not shown: %j', async (lines, why) => {
  const asked = program(lines)()
  await expect(asked).rejects.toThrow(why)
  await expect(asked).rejects.toThrow('./program.sh')
  await expect(asked).rejects.not.toThrow('geheim')
})

test.each([
  [{ command: '' }, 'user "robot": exec names no command'],
  [{ apiVersion: 'client.authentication.k8s.io/v1alpha1' }, 'has the apiVersion client.auth'],
  [{ interactiveMode: 'Always' }, 'needs a terminal'],
])('a program that cannot be run here is refused: %j', (more, why) => {
  expect(() => program('true', more)).toThrow(why)
})

test('one that is not there is told with its hint', async () => {
  const more = { command: '/no/such/program', installHint: 'Install it from example.com.' }
  await expect(program('', more)()).rejects.toThrow(
    '/no/such/program, which signs in, cannot be started: spawn /no/such/program ENOENT; Install it from example.com.',
  )
})
