// The platform form, each service of which is killed again and again while it is pushed to.
import { JetStreamLogStream } from '@tidemark/bus'
import { LOG_STREAM, LOG_SUBJECTS, StoredEvent } from '@tidemark/contracts'
import { seededRandom } from '@tidemark/kernel/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { wrongInLog } from './crash-rig.ts'
import { linkAs } from './forger.ts'
import { eventually, type PlaneApi, type Seen } from './plane-api.ts'
import {
  CONFIG_MAPS,
  nameOf,
  openPlatformFleet,
  valueOf,
  type PlatformFleet,
} from './platform-fleet.ts'
import { SERVICES, type ServiceName, type ServiceProcess } from './platform.ts'
import { configMapFile, SMALL_FLEET, SMALL_FLEET_FILES } from './small-fleet.ts'

/** Every place at which a service of the platform form may be killed on purpose (RELIABILITY 3.8). */
const PLATFORM_CRASH_POINTS: Readonly<Record<ServiceName, readonly string[]>> = {
  ledger: [
    'migrate.before-commit',
    'migrate.after-commit',
    'append.before-commit',
    'append.after-commit',
    'relay.before-publish',
    'relay.after-publish',
  ],
  fetcher: [
    'lease.asked',
    'lease.taken',
    'fetcher.resolved',
    'fetcher.pack-fetched',
    'fetcher.artifact-kept',
    'fetcher.recorded',
  ],
  renderer: [
    'lease.asked',
    'lease.taken',
    'renderer.taken',
    'renderer.rendered',
    'renderer.blobs-kept',
    'renderer.recorded',
  ],
  releaser: ['lease.asked', 'lease.taken', 'releaser.decided', 'releaser.recorded'],
  applier: [
    'lease.asked',
    'lease.taken',
    'applier.planned',
    'applier.intent-recorded',
    'applier.object-written',
    'applier.applied',
    'applier.written',
    'applier.outcome-recorded',
    'applier.health-recorded',
    'applier.drift-recorded',
    'applier.drift-written',
  ],
  auditor: [
    'lease.asked',
    'lease.taken',
    'auditor.tiles-kept',
    'auditor.sealed',
    'auditor.prepared',
    'auditor.signed',
    'auditor.recorded',
  ],
  gateway: ['gateway.decided', 'gateway.recorded'],
}

/** What a process reaches once only, when it begins. */
const ONCE = /^(?:lease|migrate)\./u

/** For each service, where its copies die, one after another: `name:count`. */
export type Plan = Readonly<Record<ServiceName, readonly string[]>>

/** `each` wishes for each service, at the first to `often`-th time; the same seed gives the same ones. */
export function planOf(seed: number, each: number, often: number): Plan {
  const random = seededRandom(seed)
  const wishes = (service: ServiceName): readonly string[] =>
    Array.from({ length: each }, () => {
      const points = PLATFORM_CRASH_POINTS[service]
      const most = service === 'ledger' ? often * 5 : often // All that is written goes through it.
      const point = points[Math.floor(random.fraction() * points.length)] ?? ''
      return `${point}:${ONCE.test(point) ? 1 : 1 + Math.floor(random.fraction() * most)}`
    })
  return {
    ledger: wishes('ledger'),
    fetcher: wishes('fetcher'),
    renderer: wishes('renderer'),
    releaser: wishes('releaser'),
    applier: wishes('applier'),
    auditor: wishes('auditor'),
    gateway: wishes('gateway'),
  }
}

export interface Killed {
  /** Where copies died as wished. */
  readonly reached: readonly string[]
  /** Where one was killed wherever it was, because it did not get there. */
  readonly missed: readonly string[]
}

const REACH_MS = 60_000 // The lease of one that was killed ends after 15 s, and others die meanwhile.
const PUSH_MS = 1_000
const READY_MS = 180_000
const CALM_MS = 800
const CHANGING = 'shop'

export class PlatformCrashRig implements AsyncDisposable {
  readonly #fleet: PlatformFleet
  readonly #following = new AbortController()
  readonly #problems: string[] = []
  /** Webhooks that were answered with 202. */
  readonly #accepted: string[] = []
  #api: PlaneApi | undefined
  #gateway: ServiceProcess | undefined
  #pushes = 0
  #isDeclared = false
  #commit = ''

  static async open(): Promise<PlatformCrashRig> {
    return new PlatformCrashRig(await openPlatformFleet({ files: SMALL_FLEET_FILES }))
  }

  private constructor(fleet: PlatformFleet) {
    this.#fleet = fleet
    void this.#watchValues()
  }

  /**
   * Kills what runs, all at once; then runs each service with one wish after another, while somebody pushes
   * each second, and at last in peace.
   */
  async crash(plan: Plan): Promise<Killed> {
    const fleet = this.#fleet
    await Promise.all(
      SERVICES.flatMap((service) => fleet.copies(service)).map((copy) => copy.kill()),
    )
    const ended = new AbortController()
    const pushing = this.#pushOn(ended.signal)
    const outcomes = await Promise.all([
      this.#declare(),
      ...SERVICES.map((service) => this.#supervise(service, plan[service])),
    ]).finally(() => ended.abort())
    await pushing
    const all = outcomes.filter((outcome) => outcome !== undefined)
    return {
      reached: all.flatMap(({ reached }) => reached),
      missed: all.flatMap(({ missed }) => missed),
    }
  }

  /** Pushes once more, lets all come to rest, and gives what does not hold. */
  async verify(): Promise<readonly string[]> {
    await this.#push()
    const api = this.#reading()
    // The others read nothing of what was pushed: they are covered by it.
    await api.ready([CHANGING], { commit: this.#commit, ms: READY_MS })
    await api.ready(SMALL_FLEET, { ms: READY_MS })
    await rest(api)
    const events = await api.events()
    const parked = (await api.call('listParked', {})).events
    const audit = await api.call('verifyAudit', {})
    return [
      ...this.#problems,
      ...wrongInLog(events),
      ...this.#wrongPushes(events),
      ...(await this.#wrongOnCluster()),
      ...(await this.#wrongOnBus(events)),
      ...(audit.good ? [] : [`the audit log does not verify: ${audit.message}`]),
      ...parked.map(({ reactor, position, error }) => `${reactor} parked ${position}: ${error}`),
    ]
  }

  /** The end of what each copy that runs has said. */
  log(): string {
    return this.#fleet.log()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#following.abort()
    await this.#fleet[Symbol.asyncDispose]()
  }

  /** One copy of its own that nobody kills, for questions; and, the first time, the root. */
  async #declare(): Promise<undefined> {
    await eventually(
      async () => {
        const copy = await this.#fleet.start('gateway').catch((error: unknown) => String(error))
        if (typeof copy === 'string') return copy
        this.#api = copy.api()
        return undefined
      },
      { ms: READY_MS, what: 'gateway' },
    )
    if (this.#isDeclared) return
    await eventually(
      () =>
        this.#fleet.declare(this.#reading()).then(
          () => undefined,
          (error: unknown) => String(error),
        ),
      { ms: READY_MS, what: 'root' },
    )
    this.#isDeclared = true
  }

  async #supervise(service: ServiceName, wishes: readonly string[]): Promise<Killed> {
    const reached: string[] = []
    const missed: string[] = []
    for (const wish of wishes) {
      const env = { TIDEMARK_CRASH_AT: wish }
      const copy = await this.#fleet.start(service, { env, until: 'started' })
      if (service === 'gateway') this.#gateway = copy
      const late = sleep(REACH_MS, undefined, { ref: false })
      if (wish.startsWith('applier.drift-')) void this.#disturb(copy)
      const exit = await Promise.race([copy.exited, late])
      if (exit === undefined) {
        missed.push(wish)
        await copy.kill()
      } else if (exit.signal === 'SIGKILL') reached.push(wish)
      else this.#problems.push(`${copy.name} ended by itself:\n${copy.log().slice(-2_000)}`)
    }
    const copy = await this.#fleet.start(service, { until: 'started' })
    if (service === 'gateway') this.#gateway = copy
    return { reached, missed }
  }

  /** Edits by hand while the copy runs. */
  async #disturb(copy: ServiceProcess): Promise<void> {
    const ref = { ...CONFIG_MAPS, namespace: 'default', name: 'base' }
    const ended = copy.exited.then(() => 'ended' as const)
    for (let edit = 1; ; edit += 1) {
      const operations = JSON.stringify([{ op: 'add', path: '/data/value', value: `edit ${edit}` }])
      const patched = this.#fleet.kube.patch(
        { ref, operations },
        { fieldManager: 'kubectl-edit' },
        AbortSignal.timeout(PUSH_MS * 5),
      )
      await patched.catch(() => undefined) // It may not be there yet.
      if ((await Promise.race([ended, sleep(PUSH_MS)])) === 'ended') return
    }
  }

  async #pushOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#push()
      const delivery = `push-${this.#pushes}`
      const gateway = this.#gateway
      if (gateway !== undefined) {
        const poked = this.#fleet.poke(gateway, { 'x-delivery-id': delivery })
        if ((await poked.catch(() => 0)) === 202) this.#accepted.push(delivery)
      }
      await sleep(PUSH_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** One object stays, one changes, and one is replaced by another. */
  async #push(): Promise<void> {
    const old = this.#pushes
    this.#pushes += 1
    const next = this.#pushes
    const changes = {
      [`apps/${CHANGING}/map.yaml`]: configMapFile(CHANGING, `v${next}`),
      [`apps/${CHANGING}/new.yaml`]: configMapFile(`new-${next}`, `v${next}`),
    }
    this.#commit = await this.#fleet.push(changes, `push ${next} behind ${old}`)
  }

  #reading(): PlaneApi {
    if (this.#api === undefined) throw new Error('no gateway was started')
    return this.#api
  }

  /** What was written once is never written again: values only go up. */
  async #watchValues(): Promise<void> {
    const { signal } = this.#following
    let last = 0
    try {
      for await (const event of this.#fleet.kube.follow(CONFIG_MAPS, {}, signal)) {
        if (event.kind !== 'changed' || nameOf(event.object) !== CHANGING) continue
        const value = Number(valueOf(event.object)?.slice(1) ?? 'NaN')
        if (value < last) this.#problems.push(`v${value} was written after v${last}`)
        last = Math.max(last, Number.isNaN(value) ? 0 : value)
      }
    } catch (error) {
      if (!signal.aborted) this.#problems.push(`cannot watch: ${String(error)}`)
    }
  }

  /** What a webhook was told is accepted is in the ledger, once. */
  #wrongPushes(events: readonly Seen[]): readonly string[] {
    const told = events
      .filter(({ type }) => type === 'PushReceived')
      .map(({ body }) => String(body['deliveryId']))
    const lost = this.#accepted.filter((delivery) => !told.includes(delivery))
    const twice = told.filter((delivery, index) => told.indexOf(delivery) !== index)
    return [
      ...lost.map((delivery) => `${delivery} was accepted, and is lost`),
      ...twice.map((delivery) => `${delivery} was received twice`),
    ]
  }

  async #wrongOnCluster(): Promise<readonly string[]> {
    const maps = await this.#fleet.configMaps()
    const found = [...maps].map(([name, map]) => `${name}=${valueOf(map)}`).toSorted()
    const value = `v${this.#pushes}`
    const wanted = ['base=one', 'mail=one', `${CHANGING}=${value}`, `new-${this.#pushes}=${value}`]
    return found.join() === wanted.toSorted().join()
      ? []
      : [`on the cluster is ${found.join(', ')}; it should be ${wanted.join(', ')}`]
  }

  /** The bus has each event once, at its own position. */
  async #wrongOnBus(events: readonly Seen[]): Promise<readonly string[]> {
    await using link = await linkAs(this.#fleet.world, 'ledger')
    const log = new JetStreamLogStream(link, {
      name: LOG_STREAM,
      subjects: [LOG_SUBJECTS],
      replicas: 1,
      bytesMax: 1024 ** 3,
      ageMaxMs: 86_400_000,
    })
    const { firstPosition = 1n, lastPosition = 0n } = (await log.info()) ?? {}
    const head = events.at(-1)?.position ?? 0n
    if (lastPosition < head) return [`the bus has ${lastPosition} of ${head} events`]
    const wrong: string[] = []
    for (const { position, id } of events.filter((event) => event.position >= firstPosition)) {
      const message = await log.read(position)
      const stored = message === undefined ? undefined : StoredEvent.decode(message.bytes)
      if (stored?.id !== id) wrong.push(`at ${position} the bus has another event`)
    }
    return wrong
  }
}

/** Waits until nothing more is said. */
async function rest(api: PlaneApi): Promise<void> {
  for (let quiet = 0, after = await api.head(); quiet < 2;) {
    await sleep(CALM_MS)
    const news = (await api.events(after)).filter(({ type }) => type !== 'CheckpointSigned')
    quiet = news.length === 0 ? quiet + 1 : 0
    after = await api.head()
  }
}
