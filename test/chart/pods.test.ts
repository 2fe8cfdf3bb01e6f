import { field, isJsonObject, textField, type JsonObject } from '@tidemark/manifests'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificates, type Certificates } from '../rig/components/certificates.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startNats } from '../rig/components/nats.ts'
import { PlaneApi } from '../rig/plane/plane-api.ts'
import { SERVICES, startTlsPostgres } from '../rig/plane/platform.ts'
import { playPod, type Data } from './play-pod.ts'
import { nameOf, objectNamed, objectsOf, ofKind, tidemark, tidemarkRender } from './render-chart.ts'

const ROOT = join(import.meta.dirname, '..', '..')

describeWith(['nats-server', 'postgres', 'openssl'], 'the containers of the chart', () => {
  test('become ready with the environment, the files and the keys that the docs name, and the operator signs in', async () => {
    await using stack = new AsyncDisposableStack()
    const dir = temporaryDir('chart')
    stack.defer(() => dir.remove())
    const certificates = stack.use(await makeCertificates())
    const keys = makeKeys(dir.path, certificates)
    const nats = stack.use(await startNats({ config: read(keys, 'nats.conf') }))
    const postgres = stack.use(await startTlsPostgres(certificates))
    const bus = `tls://localhost:${new URL(nats.url).port}`
    const objects = objectsOf(tidemarkRender(['--set', `nats.urls={${bus}}`]))
    const database = postgres.url.replace('127.0.0.1', 'localhost')
    const client = await certificates.client('service')
    const authority = readFileSync(certificates.caFile, 'utf8')
    const data: Data = {
      ...configMapsOf(objects),
      'tidemark-keys': folder(join(keys, 'secrets')),
      'tidemark-nats-seeds': folder(join(keys, 'nats-seeds')),
      'tidemark-nats-tls': { ...pair(client), 'ca.crt': authority },
      'tidemark-postgres-tls': { 'ca.crt': authority },
      'tidemark-postgres-ledger': { url: database },
      'tidemark-postgres-audit': { url: database },
      'tidemark-api-tls': pair(certificates.server),
    }
    let apiPort = 0
    for (const service of SERVICES) {
      const deployment = objectNamed(objects, { kind: 'Deployment', name: `tidemark-${service}` })
      const options = { deployment, data, root: ROOT, dir: join(dir.path, service) }
      ;({ apiPort } = stack.use(await playPod(options)))
    }
    const token = read(keys, 'operator-token').trim()
    using api = new PlaneApi({ address: `localhost:${apiPort}`, token, ca: Buffer.from(authority) })
    expect(await api.head()).toBeGreaterThanOrEqual(0n)
    using stranger = new PlaneApi({
      address: `localhost:${apiPort}`,
      token: 'a guess',
      ca: Buffer.from(authority),
    })
    await expect(stranger.head()).rejects.toThrow('UNAUTHENTICATED')
  }, 300_000)
})

test('keys are never overwritten', () => {
  const dir = temporaryDir('keys')
  try {
    const keys = join(dir.path, 'keys')
    expect(tidemark('keys', keys)).toMatchObject({ code: 0, out: '' })
    const before = read(join(keys, 'secrets'), 'installation-secret')
    const again = tidemark('keys', keys)
    expect(again).toMatchObject({ code: 1 })
    expect(again.err).toContain('keys are never overwritten')
    expect(read(join(keys, 'secrets'), 'installation-secret')).toBe(before)
  } finally {
    dir.remove()
  }
})

/** Runs `tidemark keys`, for a bus whose TLS files are where its configuration says. */
function makeKeys(dir: string, { caFile, server }: Certificates): string {
  const tls = join(dir, 'nats-tls')
  mkdirSync(tls)
  copyFileSync(server.certFile, join(tls, 'tls.crt'))
  copyFileSync(server.keyFile, join(tls, 'tls.key'))
  copyFileSync(caFile, join(tls, 'ca.crt'))
  const keys = join(dir, 'keys')
  expect(tidemark('keys', keys, '--nats-tls-dir', tls)).toMatchObject({ code: 0 })
  return keys
}

function configMapsOf(objects: readonly JsonObject[]): Data {
  return Object.fromEntries(
    ofKind(objects, 'ConfigMap').map((object) => {
      const data = field(object, 'data')
      const entries = isJsonObject(data) ? Object.keys(data) : []
      const texts = entries.map((key): [string, string] => [key, textField(data, key) ?? ''])
      return [nameOf(object), Object.fromEntries(texts)]
    }),
  )
}

function folder(path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(path).map((name) => [name, read(path, name)]))
}

function pair(files: {
  readonly certFile: string
  readonly keyFile: string
}): Readonly<Record<string, string>> {
  return {
    'tls.crt': readFileSync(files.certFile, 'utf8'),
    'tls.key': readFileSync(files.keyFile, 'utf8'),
  }
}

function read(dir: string, name: string): string {
  return readFileSync(join(dir, name), 'utf8')
}
