import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeBlobStore } from '../testing/blob-store-contract.ts'
import { openObjectStoreBlobs } from './object-store-blobs.ts'

const PROGRAM = join(import.meta.dirname, '../../../../.components/bin/nats-server')
const SETPRIV = '/usr/bin/setpriv' // On Linux the server ends with the test process, however that ends.

const missing = isExecutable(PROGRAM) ? '' : ' (nats-server is missing: run npm run components)'

describe.skipIf(missing !== '')(`with a real server${missing}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-nats-'))
  let server: ChildProcess
  let connection: NatsConnection
  let buckets = 0

  beforeAll(async () => {
    const port = await freePort()
    server = start(['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', dir])
    const servers = `127.0.0.1:${port}`
    for (let tries = 0; ; tries += 1) {
      try {
        connection = await connect({ servers, reconnect: false })
        return
      } catch (error) {
        if (tries > 200) throw error
        await sleep(25)
      }
    }
  })
  afterAll(async () => {
    await connection.close()
    server.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  describeBlobStore('blobs in a JetStream object store', async () => {
    buckets += 1
    const bucket = `bucket-${buckets}`
    const raw = await openObjectStoreBlobs(connection, { bucket, replicas: 1 })
    return {
      raw,
      stored: raw,
      reopen: () => openObjectStoreBlobs(connection, { bucket, replicas: 1 }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  })

  test('a server that is gone is an outage', async () => {
    const closed = await connect({ servers: connection.getServer(), reconnect: false })
    await closed.close()
    const opened = openObjectStoreBlobs(closed, { bucket: 'none', replicas: 1 })
    await expect(opened).rejects.toMatchObject({ code: 'blob-store-unavailable', retry: 'later' })
  })
})

function start(args: readonly string[]): ChildProcess {
  const stdio = 'ignore' as const
  return isExecutable(SETPRIV)
    ? spawn(SETPRIV, ['--pdeathsig', 'KILL', PROGRAM, ...args], { stdio })
    : spawn(PROGRAM, args, { stdio })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      server.close(() => resolve(port))
    })
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
