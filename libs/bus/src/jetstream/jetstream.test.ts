import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { describe, expect, test } from 'vitest'
import { describeBus, type BusRig } from '../testing/bus-contract.ts'
import { describeLogStream } from '../testing/log-stream-contract.ts'
import { natsServerMissing, startNatsServer, type NatsServer } from '../testing/nats-server.ts'
import { JetStreamBus } from './jetstream-bus.ts'
import { JetStreamLogStream } from './jetstream-log-stream.ts'
import { linkToNats, type NatsCredentials, type NatsLink } from './nats-link.ts'

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
