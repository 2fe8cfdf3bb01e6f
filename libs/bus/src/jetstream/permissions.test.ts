import { LOG_STREAM, LOG_SUBJECTS, WAKE_SUBJECT } from '@tidemark/contracts'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { natsServerMissing, startNatsServer, type NatsServer } from '../testing/nats-server.ts'
import { JetStreamBus } from './jetstream-bus.ts'
import { JetStreamLogStream } from './jetstream-log-stream.ts'
import { linkToNats, type NatsLink } from './nats-link.ts'
import { inboxPrefixOf, natsServerConfig, permissionsOf, type NatsUser } from './permissions.ts'

const FORGED = 100_000

function identity(user: string): NatsUser['identity'] {
  return { kind: 'password', user, password: `${user}-password` }
}

const ledger: NatsUser = { role: 'ledger', identity: identity('ledger') }
const fetcher: NatsUser = { role: 'service', identity: identity('fetcher'), service: 'fetcher' }
const edge: NatsUser = {
  role: 'service',
  identity: identity('edge'),
  service: 'applier',
  scope: 'edge-1',
}
const tool: NatsUser = { role: 'observer', identity: identity('tool'), consumer: 'tool' }

test('a service may ask the ledger in its own name, hear wakes and its own answers, and nothing else', () => {
  expect(permissionsOf(fetcher)).toEqual({
    publish: {
      allow: ['append', 'read', 'blob', 'lease', 'park'].map(
        (what) => `tidemark.${what}.fetcher.*`,
      ),
    },
    subscribe: { allow: ['tidemark.wake', '_INBOX.fetcher._.>'] },
  })
})

test('a service of one scope is confined to it', () => {
  const { publish, subscribe } = permissionsOf(edge)
  expect(publish.allow).toContain('tidemark.append.applier.edge-1')
  expect(publish.allow.every((subject) => subject.endsWith('.applier.edge-1'))).toBe(true)
  expect(subscribe.allow).toContain('_INBOX.applier.edge-1.>')
})

test('only the ledger may publish events', () => {
  const may = [ledger, fetcher, edge, tool].filter((user) =>
    permissionsOf(user).publish.allow.includes(LOG_SUBJECTS),
  )
  expect(may).toEqual([ledger])
})

test('a configuration with TLS asks every client for its certificate', () => {
  const files = { certFile: 'tls.crt', keyFile: 'tls.key', caFile: 'ca.crt' }
  const certificate: NatsUser = {
    role: 'ledger',
    identity: { kind: 'certificate', subject: 'spiffe://example/ledger' },
  }
  expect(natsServerConfig({ users: [certificate], tls: files })).toMatchObject({
    max_payload: 1_048_576,
    tls: { min_version: '1.3', verify_and_map: true },
    authorization: { users: [{ user: 'spiffe://example/ledger' }] },
  })
  expect(natsServerConfig({ users: [fetcher], tls: files })).toMatchObject({
    tls: { verify: true },
  })
})

const missing = natsServerMissing()
describe.skipIf(missing !== undefined)(
  `on a real server${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: NatsServer
    const links: NatsLink[] = []

    beforeAll(async () => {
      server = await startNatsServer(natsServerConfig({ users: [ledger, fetcher, edge, tool] }))
    })
    afterAll(async () => {
      for (const link of links) await link[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    })

    const linkAs = async (user: NatsUser): Promise<NatsLink> => {
      const name = user.identity.kind === 'password' ? user.identity.user : ''
      const link = await linkToNats({
        servers: [server.url],
        name,
        credentials: {
          kind: 'password',
          user: name,
          password: () => new Secret(`${name}-password`),
        },
        inboxPrefix: inboxPrefixOf(user),
        clock: systemClock,
        random: systemRandom,
      })
      links.push(link)
      return link
    }
    test('each does its work, and what is not its work is refused', async () => {
      const relay = logOf(await linkAs(ledger))
      await relay.recreate(1n)
      const event = { subject: 'tidemark.events.p._.source.RevisionFetched.x', headers: {} }
      await relay.publishBatch([{ ...event, position: 1n, bytes: new Uint8Array(1) }])
      const answering = new JetStreamBus(await linkAs(ledger))
      await using _a = await answering.respond('tidemark.append.>', async () => new Uint8Array(2), {
        queue: 'ledger',
        parallelMax: 4,
      })
      const asking = new JetStreamBus(await linkAs(fetcher))
      const ask = (subject: string) =>
        asking.request(subject, new Uint8Array(0), { timeoutMs: 2_000 })
      await expect(ask('tidemark.append.fetcher._')).resolves.toHaveLength(2)
      await expect(ask('tidemark.append.releaser._')).rejects.toMatchObject({
        code: 'subject-forbidden',
      })
      const confined = new JetStreamBus(await linkAs(edge))
      await expect(
        confined.request('tidemark.append.applier.edge-2', new Uint8Array(0), { timeoutMs: 2_000 }),
      ).rejects.toMatchObject({ code: 'subject-forbidden' })

      let woken = 0
      using _ = asking.onWake(WAKE_SUBJECT, () => {
        woken += 1
      })
      await vi.waitFor(() => {
        answering.wake(WAKE_SUBJECT)
        expect(woken).toBeGreaterThan(0)
      }, 5_000)

      const got: bigint[] = []
      const reading = new JetStreamBus(await linkAs(tool))
      await using _r = await reading.subscribe(
        { stream: LOG_STREAM, name: 'tool', from: 'beginning', inFlightMax: 8, ackWaitMs: 5_000 },
        async (delivery) => {
          got.push(delivery.position)
          delivery.ack()
        },
      )
      await vi.waitFor(() => expect(got).toEqual([1n]), 5_000)
      const othersPlace = { stream: LOG_STREAM, name: 'other', from: 'new' as const }
      await expect(
        reading.subscribe(
          { ...othersPlace, inFlightMax: 1, ackWaitMs: 5_000 },
          async () => undefined,
        ),
      ).rejects.toMatchObject({ code: 'subject-forbidden' })
    })

    test('a consumer that is aimed at the ledger is not heard as a request', async () => {
      const relay = logOf(await linkAs(ledger))
      await relay.recreate(1n)
      const heard: string[] = []
      const answering = new JetStreamBus(await linkAs(ledger))
      await using _ = await answering.respond(
        'tidemark.append.>',
        async ({ subject }) => {
          heard.push(subject)
          return new Uint8Array(0)
        },
        { queue: 'ledger', parallelMax: 4 },
      )
      const { connection } = await linkAs(tool)
      const manager = await jetstreamManager(connection, { checkAPI: false })
      const aimed = {
        durable_name: 'tool',
        deliver_subject: 'tidemark.append.releaser._',
        deliver_group: 'ledger', // The queue of the responders.
      }
      await manager.consumers.add(LOG_STREAM, { ...aimed, ack_policy: AckPolicy.Explicit })
      const subject = 'tidemark.events.p._.source.RevisionFetched.x'
      await relay.publishBatch([{ position: 1n, subject, headers: {}, bytes: new Uint8Array(9) }])
      const asking = new JetStreamBus(await linkAs(fetcher))
      await manager.consumers.info(LOG_STREAM, 'tool') // By then a delivery would be under way.
      await asking.request('tidemark.append.fetcher._', new Uint8Array(0), { timeoutMs: 2_000 })
      expect(heard).toEqual(['tidemark.append.fetcher._'])
    })

    test(`${FORGED} forged or replayed messages leave no trace`, async () => {
      const relay = logOf(await linkAs(ledger))
      await relay.recreate(1n)
      const real = Array.from({ length: 100 }, (_, at) => ({
        position: BigInt(at + 1),
        subject: 'tidemark.events.p._.source.RevisionFetched.x',
        headers: {},
        bytes: new Uint8Array([at]),
      }))
      await relay.publishBatch(real)
      const appended: string[] = []
      const answering = new JetStreamBus(await linkAs(ledger))
      await using _a = await answering.respond(
        'tidemark.append.>',
        async ({ subject }) => {
          appended.push(subject)
          return new Uint8Array(0)
        },
        { queue: 'ledger', parallelMax: 16 },
      )
      const { connection } = await linkAs(fetcher)
      const forgeries = [
        'tidemark.events.p._.source.RevisionFetched.x',
        'tidemark.append.releaser._',
        'tidemark.append.applier.edge-1',
        `$JS.API.STREAM.DELETE.${LOG_STREAM}`,
        `$JS.API.STREAM.PURGE.${LOG_STREAM}`,
        '_INBOX.releaser._.forged-answer',
        WAKE_SUBJECT,
      ]
      for (let each = 0; each < FORGED; each += 1) {
        connection.publish(
          forgeries[each % forgeries.length] ?? WAKE_SUBJECT,
          real[each % 100]?.bytes,
        )
        if (each % 2_000 === 0) await connection.flush()
      }
      await connection.flush()
      // Even the relay itself cannot replay.
      await expect(relay.publishBatch(real)).resolves.toEqual({
        kind: 'elsewhere',
        lastPosition: 100n,
      })
      expect(appended).toEqual([])
      await expect(relay.info()).resolves.toEqual({ firstPosition: 1n, lastPosition: 100n })
      for (const { position, bytes } of real) {
        const kept = await relay.read(position)
        expect(Buffer.compare(kept?.bytes ?? new Uint8Array(0), bytes)).toBe(0)
      }
    }, 120_000)
  },
)

function logOf(link: NatsLink): JetStreamLogStream {
  return new JetStreamLogStream(link, {
    name: LOG_STREAM,
    subjects: [LOG_SUBJECTS],
    replicas: 1,
    bytesMax: 1024 * 1024,
    ageMaxMs: 3_600_000,
  })
}
