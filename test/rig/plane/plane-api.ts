import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import {
  Metadata as EventMetadata,
  Phase,
  StoredEvent,
  TidemarkServiceClient,
  type TidemarkServiceService,
  type ApplicationView,
  type EventView,
  type WatchEventsResponse,
} from '@tidemark/contracts'
import { setTimeout as sleep } from 'node:timers/promises'

const CALL_MS_MAX = 30_000
const LOOK_MS = 20
const CALM_MS = 600
const CALM_LOOKS = 2
const ON_ITS_WAY: ReadonlySet<Phase> = new Set([Phase.PHASE_RENDERING, Phase.PHASE_APPLYING])

/** An event as the API shows it, with its body read. */
export interface Seen extends EventView {
  readonly body: Readonly<Record<string, unknown>>
  readonly meta: EventMetadata
  readonly stored: StoredEvent
}

type Service = typeof TidemarkServiceService
type Name = Exclude<keyof Service, 'watchEvents'>
type RequestOf<Rpc extends Name> = ReturnType<Service[Rpc]['requestDeserialize']>
type ResponseOf<Rpc extends Name> = ReturnType<Service[Rpc]['responseDeserialize']>

export interface PlaneAddress {
  /** `host:port`. */
  readonly address: string
  readonly token: string
  /** The authority of its certificate; without one the connection is in clear. */
  readonly ca?: Buffer
}

/** The public API of a plane, as a test uses it. */
export class PlaneApi implements Disposable {
  readonly raw: TidemarkServiceClient
  readonly #metadata = new Metadata()

  constructor({ address, token, ca }: PlaneAddress) {
    const channel = ca === undefined ? credentials.createInsecure() : credentials.createSsl(ca)
    this.raw = new TidemarkServiceClient(address, channel, {
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
    })
    this.#metadata.set('authorization', `Bearer ${token}`)
  }

  /** One call, by its name. Rejects with the server's refusal. */
  call<Rpc extends Name>(name: Rpc, request: RequestOf<Rpc>): Promise<ResponseOf<Rpc>> {
    return new Promise((resolve, reject) => {
      const deadline = new Date(Date.now() + CALL_MS_MAX)
      const answer = (error: ServiceError | null, response: unknown): void => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The service names both types.
        if (error === null) resolve(response as ResponseOf<Rpc>)
        else reject(error)
      }
      Reflect.apply(this.raw[name], this.raw, [request, this.#metadata, { deadline }, answer])
    })
  }

  /** All events behind a position that are there now. */
  async events(after = 0n): Promise<readonly Seen[]> {
    const request = { after, follow: false, application: '', types: [], correlationId: '' }
    const stream = this.raw.watchEvents(request, this.#metadata)
    const seen: Seen[] = []
    await new Promise<void>((resolve, reject) => {
      stream.on('data', ({ event, stored: given }: WatchEventsResponse) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Bodies are JSON objects.
        const body = JSON.parse(event?.bodyJson ?? '{}') as Readonly<Record<string, unknown>>
        const stored = given ?? StoredEvent.fromPartial({})
        const meta = EventMetadata.decode(stored.meta)
        if (event !== undefined) seen.push({ ...event, body, meta, stored })
      })
      stream.on('end', resolve)
      stream.on('error', reject)
    })
    return seen
  }

  /** The position of the last event. */
  async head(): Promise<bigint> {
    const { head } = await this.call('getStatus', {})
    return head
  }

  async applications(): Promise<readonly ApplicationView[]> {
    const request = { cluster: '', namespace: '' }
    return (await this.call('listApplications', request)).applications
  }

  /** The application of this name; the root is `flux-system`. */
  async application(name: string): Promise<ApplicationView | undefined> {
    return (await this.applications()).find(({ object }) => object?.name === name)
  }

  /** Waits until all these applications are ready at a revision, which is a commit or a part of one. */
  async ready(
    names: readonly string[],
    { commit = '', ms = 60_000 }: ReadyWish = {},
  ): Promise<void> {
    await eventually(
      async () => {
        const views = await this.applications()
        for (const name of names) {
          const view = views.find(({ object }) => object?.name === name)
          if (view === undefined) return `${name} is not there`
          if (view.phase !== Phase.PHASE_READY || !view.appliedRevision.includes(commit))
            return `${name} is in phase ${view.phase} at ${view.appliedRevision}: ${view.reason} ${view.message}`
        }
        return undefined
      },
      { ms, what: `${names.join(', ')} ready ${commit}` },
    )
  }

  /** Waits for an event behind a position, and gives it. */
  async event(
    type: string,
    { after = 0n, ms = 60_000, where = () => true }: EventWish = {},
  ): Promise<Seen> {
    let found: Seen | undefined
    await eventually(
      async () => {
        const events = await this.events(after)
        found = events.find((event) => event.type === type && where(event))
        return found === undefined ? `there are ${summarize(events)}` : undefined
      },
      { ms, what: `a ${type}` },
    )
    if (found === undefined) throw new Error(`no ${type}`)
    return found
  }

  /** Waits until nothing is on its way, and nothing but checkpoints was appended for a while. */
  async settled(): Promise<void> {
    for (let calm = 0, after = await this.head(); calm < CALM_LOOKS;) {
      await sleep(CALM_MS)
      const events = await this.events(after)
      const isCalm = events.every(({ type }) => type === 'CheckpointSigned')
      const isBusy = (await this.applications()).some(({ phase }) => ON_ITS_WAY.has(phase))
      calm = isCalm && !isBusy ? calm + 1 : 0
      after = events.at(-1)?.position ?? after
    }
  }

  [Symbol.dispose](): void {
    this.raw.close()
  }
}

export interface ReadyWish {
  readonly commit?: string
  readonly ms?: number
}

export interface EventWish {
  readonly after?: bigint
  readonly ms?: number
  readonly where?: (event: Seen) => boolean
}

/** Looks again and again until nothing is missing; fails with what was missing last. */
export async function eventually(
  look: () => Promise<string | undefined>,
  { ms, what }: { readonly ms: number; readonly what: string },
): Promise<void> {
  const end = performance.now() + ms
  for (;;) {
    const missing = await look()
    if (missing === undefined) return
    if (performance.now() > end) throw new Error(`no ${what} after ${ms} ms: ${missing}`)
    await sleep(LOOK_MS)
  }
}

/** `RevisionFetched, ApplyStarted x 2`: for messages. */
export function summarize(events: readonly { readonly type: string }[]): string {
  const counts = new Map<string, number>()
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].map(([type, count]) => (count === 1 ? type : `${type} x ${count}`)).join(', ')
}
