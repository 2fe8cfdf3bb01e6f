import { startApplier } from '@tidemark/applier'
import { memoryStorage, providerCourier, startAuditor, type AuditStorage } from '@tidemark/auditor'
import { MemoryBlobs, SealedBlobStore } from '@tidemark/blob-store'
import {
  AppendReceipt,
  type ClusterRegistered,
  type StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import { MemoryLedger, type EventStore } from '@tidemark/event-store'
import { openRepositories, startFetcher, type Mirror } from '@tidemark/fetcher'
import { startGateway, tokenIdentities, type Gateway, type GatewayParts } from '@tidemark/gateway'
import { EMBEDDED_POLICY } from '@tidemark/git'
import { noCrashPoints, Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { directAccess, type ClusterAccess } from '@tidemark/kube'
import { newSigner } from '@tidemark/merkle'
import { startReleaser } from '@tidemark/releaser'
import { inProcessEngine, startRenderer } from '@tidemark/renderer'
import { startSandbox, type Sandbox } from '@tidemark/sandbox'
import { openKeyring } from '@tidemark/sealing'
import {
  createMetrics,
  noSpans,
  silentLogger,
  SNAPSHOT_EVENTS,
  WakeHints,
  type RunningService,
  type Surroundings,
} from '@tidemark/service'
import { openArtifact, type SourceTree } from '@tidemark/source-tree'
import { temporaryDir } from '../components/child.ts'
import { PlaneApi } from './plane-api.ts'

/** Who may use the API of it. */
export const TOKENS = { operator: 'memory-plane', viewer: 'memory-plane-viewer' } as const
export const HOOK_SECRET = 'memory-plane-hooks'

/** What outlives the services of a plane in memory: the ledger, blobs, clusters and the auditor's tree. */
export interface MemoryWorld extends AsyncDisposable {
  readonly ledger: MemoryLedger
  readonly sandbox: Sandbox
  readonly audit: AuditStorage
  readonly auditSeed: Secret<Uint8Array>
  readonly path: string
  /** Where hosts are asked for instead of themselves. */
  readonly mirrors: readonly Mirror[]
  readonly blobs: SealedBlobStore
  readonly keyed: (text: string) => string
  /** Every event that was appended, in order. */
  log(): Promise<readonly StoredEvent[]>
}

export async function openMemoryWorld(
  clusters: readonly string[],
  mirrors: readonly Mirror[] = [],
): Promise<MemoryWorld> {
  const ledger = new MemoryLedger({ clock: systemClock })
  const sandbox = await startSandbox({
    clock: systemClock,
    random: systemRandom,
    clusters,
    port: 0,
  })
  const keyring = openKeyring({
    installationSecret: new Secret(systemRandom.bytes(32)),
    random: systemRandom,
  })
  const dir = temporaryDir('memory-plane')
  return {
    ledger,
    sandbox,
    audit: memoryStorage(),
    auditSeed: new Secret(systemRandom.bytes(32)),
    path: dir.path,
    mirrors,
    blobs: new SealedBlobStore(new MemoryBlobs(), keyring),
    keyed: (text) => keyring.digestOf(text),
    log: () => readAll(ledger),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]()
      await ledger[Symbol.asyncDispose]()
      dir.remove()
    },
  }
}

async function readAll(ledger: MemoryLedger): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for (;;) {
    const page = await ledger.readPage(events.at(-1)?.position ?? 0n, 1_000)
    if (page.length === 0) return events
    events.push(...page)
  }
}

/** All seven services over a world, in this process. */
export interface MemoryPlane extends AsyncDisposable {
  readonly api: PlaneApi
  /** `host:port` of the API. */
  readonly address: string
  readonly gateway: Gateway
  readonly hooks: string
}

let planes = 0

/** `all-again`: every reader begins at the first event, as if nothing had ever been handled. */
export type Delivery = 'from-cursor' | 'all-again'

export async function startMemoryPlane(
  world: MemoryWorld,
  delivery: Delivery = 'from-cursor',
  hookTls?: GatewayParts['hookTls'],
): Promise<MemoryPlane> {
  planes += 1
  const holder = `memory-${planes}`
  await using held = new AsyncDisposableStack()
  const around = (writer: Writer): Surroundings =>
    surroundingsOf(world, { writer, holder, held, delivery })
  const { signer } = newSigner('memory-plane', world.auditSeed)
  const origin = 'memory-plane/log/main'
  const outward = { clock: systemClock, random: systemRandom, policy: EMBEDDED_POLICY }
  const courier = providerCourier({ ...outward, proxies: undefined })
  held.use(startAuditor(around('auditor'), { storage: world.audit, signer, origin, courier }))
  const open = (content: 'files' | 'digests') => artifactOpener(world, content)
  const renderer = {
    engine: inProcessEngine,
    artifacts: { open: open('files') },
    keyed: world.keyed,
  }
  held.use(startRenderer(around('renderer'), renderer))
  held.use(
    startReleaser(around('releaser'), {
      openArtifact: open('digests'),
      snapshotEvents: SNAPSHOT_EVENTS,
    }),
  )
  held.use(await fetcherOf(world, around('fetcher'), held))
  const accessOf = async ({ cluster }: ClusterRegistered): Promise<ClusterAccess> =>
    directAccess({ server: world.sandbox.url(cluster) })
  held.use(startApplier(around('applier'), { accessOf, keyed: world.keyed }))
  const gateway = held.use(
    await startGateway(around('gateway'), {
      identities: tokenIdentities([
        { token: new Secret(TOKENS.operator), name: 'operator', role: 'operator' },
        { token: new Secret(TOKENS.viewer), name: 'viewer', role: 'viewer' },
      ]),
      form: 'embedded',
      renderIsolation: 'none',
      host: '127.0.0.1',
      apiPort: 0,
      hookPort: 0,
      tls: undefined,
      hookSecret: new Secret(HOOK_SECRET),
      hookTls,
      snapshotEvents: SNAPSHOT_EVENTS,
      keyed: world.keyed,
    }),
  )
  const address = `127.0.0.1:${gateway.apiPort}`
  const api = held.use(new PlaneApi({ address, token: TOKENS.operator }))
  const owned = held.move()
  return {
    api,
    address,
    gateway,
    hooks: `http://127.0.0.1:${gateway.hookPort}/hooks/git`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface Place {
  readonly writer: Writer
  readonly holder: string
  readonly held: AsyncDisposableStack
  readonly delivery: Delivery
}

function surroundingsOf(
  { ledger, blobs }: MemoryWorld,
  { writer, holder, held, delivery }: Place,
): Surroundings {
  const wake = new WakeHints(systemClock)
  held.use(ledger.onGrowth(wake.hint))
  const client = ledger.clientFor(writer, '_')
  return {
    ...client,
    store: delivery === 'all-again' ? withoutCursors(client.store) : client.store,
    blobs,
    wake,
    clock: systemClock,
    random: systemRandom,
    crashPoints: noCrashPoints,
    metrics: createMetrics(writer),
    spans: noSpans,
    log: silentLogger,
    build: 'test',
    holder,
  }
}

function withoutCursors(store: EventStore): EventStore {
  return {
    append: async (request, signal) => {
      if (request.events.length > 0)
        return await store.append({ ...request, cursor: undefined }, signal)
      const { head } = await store.readLog(0n, signal)
      return AppendReceipt.fromPartial({ firstPosition: head, lastPosition: head })
    },
    readLog: (after, signal) => store.readLog(after, signal),
    readStream: (stream, after, signal) => store.readStream(stream, after, signal),
    readCursor: async () => 0n,
  }
}

async function fetcherOf(
  { path, mirrors }: MemoryWorld,
  surroundings: Surroundings,
  held: AsyncDisposableStack,
): Promise<RunningService> {
  const repositories = held.use(
    await openRepositories({
      cacheDirectory: path,
      policy: EMBEDDED_POLICY,
      mirrors,
      blobs: surroundings.blobs,
      clock: systemClock,
      random: systemRandom,
      crashPoints: noCrashPoints,
    }),
  )
  return startFetcher(surroundings, { repositories })
}

function artifactOpener(
  { blobs }: MemoryWorld,
  content: 'files' | 'digests',
): (blob: string, signal: AbortSignal) => Promise<SourceTree> {
  const get = (name: string): Promise<Uint8Array> => blobs.get(name)
  return (blob, signal) => openArtifact({ get, blob, content }, signal)
}
