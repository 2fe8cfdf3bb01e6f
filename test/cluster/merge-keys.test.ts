import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../rig/components/api-server.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'

const LIBRARY = join(import.meta.dirname, '../../libs/kustomize')

describeWith(['kube-apiserver', 'etcd'], 'the table of merge keys beside a real API server', () => {
  test('its script reads the document of the server, and tells what the table has otherwise', async () => {
    await using server = await startApiServer()
    using folder = disposable()
    const file = join(folder.path, 'openapi.json')
    writeFileSync(file, await get(server, '/openapi/v2'))
    const { gitVersion: version } = JSON.parse((await get(server, '/version')).toString())
    const told = run('--version', version, '--compare', file).split('\n').filter(Boolean)
    const readme = readFileSync(join(LIBRARY, 'README.md'), 'utf8')
    expect(readme).toContain(`an API server ${version}`)
    for (const line of told) {
      const [list = ''] = line.split(':')
      const dot = list.lastIndexOf('.')
      const [type, field] = [list.slice(0, dot), list.slice(dot + 1)]
      expect(readme, line).toContain(`| \`${type}\``)
      expect(readme, line).toContain(`\`${field}\``)
    }
    const table = run('--version', version, file)
    expect(table).toContain(`export const MERGE_KEYS_VERSION = '${version}'`)
    expect(table).toContain("'apps/v1 Deployment apps.v1.Deployment'")
    expect(table).toContain('containers:[name]core.v1.Container')
  })
})

function disposable(): Disposable & { readonly path: string } {
  const { path, remove } = temporaryDir('merge-keys')
  return { path, [Symbol.dispose]: remove }
}

function run(...args: readonly string[]): string {
  const script = join(LIBRARY, 'tools/generate-merge-keys.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}

async function get({ url, caFile, token }: ApiServer, path: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  const asked = request(url + path, { ca: readFileSync(caFile), headers }, (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('end', () => resolve(Buffer.concat(parts)))
  })
  asked.on('error', reject)
  asked.end()
  return promise
}
