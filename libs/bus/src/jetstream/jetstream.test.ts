import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { OperatingError, Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { describe, expect, test } from 'vitest'
import { describeBus, type BusRig } from '../testing/bus-contract.ts'
import { describeLogStream } from '../testing/log-stream-contract.ts'
import { natsServerMissing, startNatsServer, type NatsServer } from '../testing/nats-server.ts'
import { JetStreamBus } from './jetstream-bus.ts'
import { JetStreamLogStream } from './jetstream-log-stream.ts'
import {
  linkToNats,
  type NatsCredentials,
  type NatsLink,
  type NatsLinkOptions,
} from './nats-link.ts'

const OPENSSL = '/usr/bin/openssl'
const openssl = existsSync(OPENSSL) ? '' : ' (openssl is missing)'
const missing = natsServerMissing()
const payloadBytesMax = 64 * 1024

function link(
  server: NatsServer,
  credentials: NatsCredentials = { kind: 'none' },
): Promise<NatsLink> {
  return linkToNats({
    servers: [server.url],
    name: 'test',
    credentials,
    clock: systemClock,
    random: systemRandom,
  })
}

function ledgerWith(password: string): NatsCredentials {
  return { kind: 'password', user: 'ledger', password: () => new Secret(password) }
}

async function open(): Promise<BusRig> {
  const server = await startNatsServer({ max_payload: payloadBytesMax })
  const links: NatsLink[] = []
  const connect = async (): Promise<NatsLink> => {
    const made = await link(server)
    links.push(made)
    return made
  }
  const log = new JetStreamLogStream(await connect(), {
    name: 'T',
    subjects: ['t.>'],
    replicas: 1,
    bytesMax: 64 * 1024 * 1024,
    ageMaxMs: 3_600_000,
  })
  return {
    connect: async () => new JetStreamBus(await connect()),
    log,
    payloadBytesMax,
    outage: { begin: () => server.kill(), end: () => server.restart() },
    [Symbol.asyncDispose]: async () => {
      for (const each of links) await each[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe.skipIf(missing !== undefined)(
  `with a real server${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    describeBus('the bus over NATS', open)
    describeLogStream('the log stream in JetStream', open)

    test('a server that is not there is an outage', async () => {
      const server = await startNatsServer()
      await server.kill()
      await expect(link(server)).rejects.toMatchObject({ code: 'bus-unavailable', retry: 'later' })
      await server[Symbol.asyncDispose]()
    })

    test('a wrong password is refused by name of the server, without the password', async () => {
      await using server = await startNatsServer({
        authorization: { users: [{ user: 'ledger', password: 'right' }] },
      })
      await expect(link(server, ledgerWith('wrong-password'))).rejects.toMatchObject({
        code: 'bus-refused',
        message: expect.not.stringContaining('wrong-password'),
      })
      await using connected = await link(server, ledgerWith('right'))
      expect(connected.state()).toBe('connected')
    })

    test('an nkey is accepted, and its seed stays with the client', async () => {
      const user = nkeys.createUser()
      const seed = new TextDecoder().decode(user.getSeed())
      await using server = await startNatsServer({
        authorization: { users: [{ nkey: user.getPublicKey() }] },
      })
      await using connected = await link(server, {
        kind: 'nkey',
        seed: () => new Secret(`${seed}\n`),
      })
      expect(connected.state()).toBe('connected')
      const other = new TextDecoder().decode(nkeys.createUser().getSeed())
      await expect(
        link(server, { kind: 'nkey', seed: () => new Secret(other) }),
      ).rejects.toMatchObject({ code: 'bus-refused' })
    })

    test.skipIf(openssl !== '')(
      `TLS checks the server, and the server its clients${openssl}`,
      async () => {
        const dir = mkdtempSync(join(tmpdir(), 'tidemark-tls-'))
        try {
          const [ours, theirs] = [certificate(dir, 'ours'), certificate(dir, 'theirs')]
          await using server = await startNatsServer({
            tls: {
              cert_file: ours.certFile,
              key_file: ours.keyFile,
              ca_file: ours.certFile,
              verify: true,
            },
          })
          const by = (
            tls: NonNullable<NatsLinkOptions['tls']>,
            host = 'localhost',
          ): Promise<NatsLink> =>
            linkToNats({
              servers: [server.url.replace('nats://127.0.0.1', `tls://${host}`)],
              name: 'test',
              credentials: { kind: 'none' },
              tls,
              clock: systemClock,
              random: systemRandom,
            })
          await using connected = await by({ caFile: ours.certFile, ...ours })
          expect(connected.state()).toBe('connected')
          const refused = { code: 'bus-refused', retry: 'later' }
          await expect(by({ caFile: theirs.certFile, ...ours })).rejects.toMatchObject(refused)
          await expect(by({ caFile: ours.certFile, ...ours }, '127.0.0.1')).rejects.toMatchObject(
            refused,
          )
          await expect(by({ caFile: ours.certFile, ...theirs })).rejects.toBeInstanceOf(
            OperatingError,
          )
          await expect(by({ caFile: ours.certFile })).rejects.toBeInstanceOf(OperatingError)
        } finally {
          rmSync(dir, { recursive: true })
        }
      },
    )

    test.for([{ tls: {} }, {}])(
      'a server without TLS is refused where it was asked for: %j',
      async (tls) => {
        await using server = await startNatsServer()
        const linked = linkToNats({
          servers: [server.url.replace('nats://127.0.0.1', 'tls://localhost')],
          name: 'test',
          credentials: { kind: 'none' },
          ...tls,
          clock: systemClock,
          random: systemRandom,
        })
        await expect(linked).rejects.toMatchObject({ code: 'bus-refused' })
      },
    )

    test('the state of a link follows the server', async () => {
      await using server = await startNatsServer()
      const made = await link(server)
      const states: string[] = []
      using _ = made.onState((state) => states.push(state))
      await server.kill()
      await server.restart()
      await expect.poll(() => states, { timeout: 15_000 }).toEqual(['reconnecting', 'connected'])
      await made[Symbol.asyncDispose]()
      expect(made.state()).toBe('closed')
    })
  },
)

/** A certificate for `localhost` that vouches for itself. */
function certificate(
  dir: string,
  name: string,
): { readonly certFile: string; readonly keyFile: string } {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const text = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
  const files = ['-keyout', keyFile, '-out', certFile]
  execFileSync(OPENSSL, ['req', '-x509', ...key, ...text, ...files], { stdio: 'ignore' })
  return { certFile, keyFile }
}
