import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { makeCertificates } from './certificates.ts'
import { CLUSTER, startCluster } from './cluster.ts'
import { program } from './component.ts'
import { describeWith } from './describe-with.ts'
import { startGitHttp } from './git-http.ts'
import { startNats } from './nats.ts'
import { startPostgres } from './postgres.ts'

describeWith(CLUSTER, 'kubernetes', () => {
  test('a deployment becomes ready, and what was stored survives kill -9 of the server', async () => {
    await using cluster = await startCluster()
    const kubectl = (...args: string[]): string =>
      execFileSync(program('kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args], {
        encoding: 'utf8',
      })
    kubectl('create', 'deployment', 'web', '--image=web:1')
    kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    await cluster.kill()
    await cluster.restart()
    expect(kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}')).toBe('1')
  }, 90_000)
})

describeWith(['nats-server', 'openssl'], 'nats', () => {
  test('the server comes back on its directory, and with TLS asks for a certificate', async () => {
    using certificates = await makeCertificates()
    const { caFile, server: pair } = certificates
    await using nats = await startNats({ tls: { ...pair, caFile } })
    await nats.kill()
    nats.wipe()
    await nats.restart()
    expect(nats.url).toMatch(/^tls:\/\/localhost:\d+$/u)
    expect((await fetch(`${nats.monitorUrl}/jsz`)).status).toBe(200)
    expect((await certificates.client('ledger', 'spiffe://test/ledger')).certFile).toMatch(
      /\.crt$/u,
    )
  })
})

describeWith(['postgres'], 'postgres', () => {
  test('the server comes back after kill -9 and after an immediate stop', async () => {
    await using postgres = await startPostgres()
    await postgres.kill()
    await postgres.restart()
    await postgres.stopImmediately()
    await postgres.restart()
    expect(postgres.log()).toContain('database system was not properly shut down')
  })
})

describeWith(['git'], 'git over HTTP', () => {
  test('a client with the password pushes and clones, one without does not', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tidemark-git-'))
    try {
      git(dir, 'init', '-q', '--bare', '-b', 'main', 'shop.git')
      git(join(dir, 'shop.git'), 'config', 'http.receivepack', 'true')
      const auth = { kind: 'basic', username: 'shop', password: 'geheim' } as const
      await using server = await startGitHttp(dir, { auth })
      const { port } = new URL(server.url)
      git(dir, 'init', '-q', '-b', 'main', 'work')
      writeFileSync(join(dir, 'work', 'a.yaml'), `a: ${'x'.repeat(2_000_000)}\n`)
      git(join(dir, 'work'), 'add', '.')
      git(join(dir, 'work'), '-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'one')
      await inChild(
        join(dir, 'work'),
        'push',
        '-q',
        `http://shop:geheim@127.0.0.1:${port}/shop.git`,
        'main',
      )
      await inChild(dir, 'clone', '-q', `http://shop:geheim@127.0.0.1:${port}/shop.git`, 'clone')
      expect(readFileSync(join(dir, 'clone', 'a.yaml'), 'utf8')).toHaveLength(2_000_004)
      await expect(inChild(dir, 'ls-remote', `http://127.0.0.1:${port}/shop.git`)).rejects.toThrow(
        /could not read Username|Authentication failed|terminal prompts disabled/u,
      )
      expect(server.requests()).toBeGreaterThan(3)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})

const GIT_ENV = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', env: GIT_ENV, stdio: 'pipe' })
}

/** Not `execFileSync`: the server answers in this process. */
function inChild(cwd: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('git', args, { cwd, env: GIT_ENV }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
  })
}
