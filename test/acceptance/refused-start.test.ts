import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { badInput } from './bad-table.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'src', 'main.ts')
const dir = temporaryDir('refused-start')
afterAll(() => dir.remove())

/** `tidemark up` with these arguments, until it ends. */
async function up(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly said: string }> {
  const data = ['--data-dir', join(dir.path, 'data'), '--log', 'info']
  const node = ['--conditions=source', MAIN, 'up', ...data, ...args]
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += text.toString()
    })
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return { code, said }
}

test('a port that is taken is named, by us and nobody else', async () => {
  const taken = await new Promise<Server>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = taken.address() as AddressInfo
  const { code, said } = await up('--port', String(port))
  taken.close()
  expect(code).toBe(1)
  for (const words of badInput('a port that is in use')) expect(said).toMatch(words)
  expect(said).toContain(`port ${port} `)
  expect(said).not.toContain('No address added')
}, 120_000)

test.each([
  ['http://cluster.example.com:8080', 'an API server is reached by https'],
  [undefined, 'there is no context "dev"; there are: "other"'],
])(
  'a context that leads nowhere is told before anything starts: %s',
  async (server, why) => {
    const kubeconfig = join(dir.path, 'kubeconfig')
    const name = server === undefined ? 'other' : 'dev'
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server: server ?? 'https://localhost:1' } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    }
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
    const repo = ['--repo', join(dir.path, 'none')]
    const { code, said } = await up('--kubeconfig', kubeconfig, '--context', 'dev=dev', ...repo)
    expect(code).toBe(1)
    expect(said).toContain(`tidemark: kubeconfig ${kubeconfig}: ${why}`)
    expect(said).not.toContain('starting')
  },
  120_000,
)
