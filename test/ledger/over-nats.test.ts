import { MemoryBlobs } from '@tidemark/blob-store'
import {
  inboxPrefixOf,
  JetStreamBus,
  JetStreamLogStream,
  linkToNats,
  natsServerConfig,
  type NatsLink,
  type NatsUser,
} from '@tidemark/bus'
import {
  AppendRequest,
  ledgerSubjects,
  LOG_STREAM,
  LOG_SUBJECTS,
  SCOPE_ALL,
  StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import {
  blobsOverBus,
  ledgerOverBus,
  MemoryLedger,
  runRelay,
  serveLedger,
} from '@tidemark/event-store'
import {
  appendOf,
  confinedContract,
  ledgerContract,
  logAfter,
  OneFault,
  pushTo,
  type ConfinedUnderTest,
  type LedgerUnderTest,
} from '@tidemark/event-store/testing'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { startNats, type NatsServer } from '../rig/components/nats.ts'

const SERVICES = ['fetcher', 'renderer', 'releaser', 'applier', 'auditor', 'gateway'] as const
const USERS: ReadonlyMap<Writer, NatsUser> = new Map<Writer, NatsUser>([
  ['ledger', { role: 'ledger', identity: password('ledger') }],
  ...SERVICES.map((service): [Writer, NatsUser] => [
    service,
    { role: 'service', identity: password(service), service },
  ]),
])
/** An applier that is confined to the cluster `eu`. */
const CONFINED: NatsUser = {
  role: 'service',
  identity: password('applier-eu'),
  service: 'applier',
  scope: 'eu',
}

describeWith(
  ['nats-server'],
  'with a real NATS, where each service has its own permissions',
  () => {
    let started: NatsServer | undefined
    const server = (): NatsServer => {
      assert(started !== undefined, 'the server has started')
      return started
    }
    beforeAll(async () => {
      const config = JSON.stringify(natsServerConfig({ users: [...USERS.values(), CONFINED] }))
      started = await startNats({ config: config.slice(1, -1) })
    })
    afterAll(async () => {
      await started?.[Symbol.asyncDispose]()
    })

    ledgerContract('the bus over NATS', () => openOverNats(server().url))

    confinedContract('the bus over NATS', () => openConfined(server().url))

    test('a service cannot ask in the name of another one, whatever it writes into the message', async () => {
      await using ledger = await openOverNats(server().url)
      await using link = await linkAs('fetcher', server().url)
      await using bus = new JetStreamBus(link)
      const bytes = AppendRequest.encode(appendOf([pushTo('forged')])).finish()
      const limits = { timeoutMs: 2_000 }
      await expect(
        bus.request(ledgerSubjects.append('gateway', SCOPE_ALL), bytes, limits),
      ).rejects.toMatchObject({ code: 'subject-forbidden' })
      const { store } = ledgerOverBus({ bus, writer: 'fetcher', scope: SCOPE_ALL })
      await expect(store.append(appendOf([pushTo('forged')]))).rejects.toMatchObject({
        code: 'not-allowed',
      })
      expect(await ledger.clientFor('gateway').store.readStream('push-forged', 0n)).toEqual([])
    })

    test('two relays through kills and a wipe of NATS leave the stream equal to the log', async () => {
      await using ledger = new MemoryLedger({ clock: systemClock })
      const { store } = ledger.clientFor('gateway', SCOPE_ALL)
      await using link = await linkAs('ledger', server().url)
      const log = new JetStreamLogStream(link, {
        name: LOG_STREAM,
        subjects: [LOG_SUBJECTS],
        replicas: 1,
        bytesMax: 64 * 1024 * 1024,
        ageMaxMs: 3_600_000,
      })
      const stop = new AbortController()
      const deps = { store: ledger, log, clock: systemClock, random: systemRandom }
      const relays = [runRelay(deps, stop.signal), runRelay(deps, stop.signal)]
      const happenings = [
        () => Promise.resolve(),
        () => server().kill(),
        async () => {
          await server().kill()
          server().wipe()
        },
      ]
      for (const [index, happen] of happenings.entries()) {
        for (let round = 0; round < 40; round += 1)
          await store.append(appendOf([pushTo(`source-${round}`), pushTo('same')]))
        await happen()
        if (index > 0) await server().restart()
        for (let round = 0; round < 40; round += 1) await store.append(appendOf([pushTo('later')]))
        const stored = await logAfter(store, 0n)
        // Both relays may find the stream gone, and make it anew one after the other.
        await expect
          .poll(() => idsIn(log, stored.length), { interval: 100, timeout: 60_000 })
          .toEqual(stored.map(({ id }) => id))
      }
      stop.abort()
      await Promise.all(relays)
    }, 180_000)
  },
)

function password(user: string): NatsUser['identity'] {
  return { kind: 'password', user, password: `${user}-password` }
}

function linkAs(writer: Writer, url: string): Promise<NatsLink> {
  const user = USERS.get(writer)
  assert(user !== undefined, 'each service has a user')
  return linkOf(user, writer, url)
}

function linkOf(user: NatsUser, name: string, url: string): Promise<NatsLink> {
  return linkToNats({
    servers: [url],
    name,
    credentials: { kind: 'password', user: name, password: () => new Secret(`${name}-password`) },
    inboxPrefix: inboxPrefixOf(user),
    clock: systemClock,
    random: systemRandom,
  })
}

async function openOverNats(url: string): Promise<LedgerUnderTest> {
  await using opened = new AsyncDisposableStack()
  const faults = new OneFault()
  const clock = systemClock
  const ledger = opened.use(new MemoryLedger({ clock, faults }))
  const buses = new Map<Writer, JetStreamBus>()
  for (const writer of USERS.keys()) {
    const link = opened.use(await linkAs(writer, url))
    buses.set(writer, opened.use(new JetStreamBus(link)))
  }
  const busOf = (writer: Writer): JetStreamBus => {
    const bus = buses.get(writer)
    assert(bus !== undefined, 'each service has a link')
    return bus
  }
  opened.use(await serveLedger(busOf('ledger'), ledger, new MemoryBlobs()))
  const owned = opened.move()
  return {
    clientFor: (writer, scope = SCOPE_ALL) => ledgerOverBus({ bus: busOf(writer), writer, scope }),
    secondClientFor: (writer) => ledgerOverBus({ bus: busOf(writer), writer, scope: SCOPE_ALL }),
    passTime: (ms) => clock.sleep(ms),
    loseNextReply: () => faults.next('append.after-commit'),
    failNextCommit: () => faults.next('append.before-commit'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openConfined(url: string): Promise<ConfinedUnderTest> {
  await using opened = new AsyncDisposableStack()
  const ledger = opened.use(new MemoryLedger({ clock: systemClock }))
  const connect = async (link: Promise<NatsLink>): Promise<JetStreamBus> =>
    opened.use(new JetStreamBus(opened.use(await link)))
  const serving = await connect(linkAs('ledger', url))
  const releasing = await connect(linkAs('releaser', url))
  const applying = await connect(linkOf(CONFINED, 'applier-eu', url))
  opened.use(await serveLedger(serving, ledger, new MemoryBlobs()))
  const applier = { bus: applying, writer: 'applier', scope: 'eu' } as const
  const releaser = { bus: releasing, writer: 'releaser', scope: SCOPE_ALL } as const
  const owned = opened.move()
  return {
    releaser: ledgerOverBus(releaser),
    applier: ledgerOverBus(applier),
    blobs: blobsOverBus(applier),
    allBlobs: blobsOverBus(releaser),
    strangers: ['us', SCOPE_ALL].map((scope) => ledgerOverBus({ ...applier, scope })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Waits until the stream ends there. */
async function idsIn(log: JetStreamLogStream, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let position = 1n; position <= BigInt(count); position += 1n) {
    const message = await log.read(position)
    ids.push(StoredEvent.decode(message?.bytes ?? new Uint8Array()).id)
  }
  return ids
}
