import { startApplier, type ApplierParts } from '@tidemark/applier'
import { providerCourier, startAuditor, type AuditStorage } from '@tidemark/auditor'
import { CachedBlobStore, type BlobStore } from '@tidemark/blob-store'
import type { Writer } from '@tidemark/contracts'
import type { LedgerClient } from '@tidemark/event-store'
import { openRepositories, startFetcher, type Mirror } from '@tidemark/fetcher'
import { startGateway, type Gateway, type GatewayParts } from '@tidemark/gateway'
import type { AddressPolicy, EnvironmentProxies } from '@tidemark/git'
import type { Clock, CrashPoints, Random } from '@tidemark/kernel'
import type { NoteSigner } from '@tidemark/merkle'
import { startReleaser } from '@tidemark/releaser'
import { openChildPool, startRenderer } from '@tidemark/renderer'
import type { Keyring } from '@tidemark/sealing'
import type {
  Logger,
  Metrics,
  RunningService,
  SpanSink,
  Surroundings,
  Wake,
} from '@tidemark/service'
import { openArtifact, type SourceTree } from '@tidemark/source-tree'

/** What all services of a process share. */
export interface Common {
  readonly clock: Clock
  readonly random: Random
  readonly crashPoints: CrashPoints
  readonly metrics: Metrics
  readonly spans: SpanSink
  readonly build: string
  readonly holder: string
  /** How many events at least lie between two snapshots of a fold. */
  readonly snapshotEvents: number
  readonly blobs: BlobStore
  readonly keyring: Keyring
  readonly clientFor: (writer: Writer) => LedgerClient
  readonly wakeFor: (writer: Writer) => Wake
  readonly logFor: (service: string) => Logger
}

const CACHE_BYTES = 128 * 1024 * 1024

/** One cache for all services of a process: what one has kept, the next one reads without a disk. */
export function cachedBlobs(store: BlobStore): BlobStore {
  return new CachedBlobStore(store, { bytesMax: CACHE_BYTES })
}

/** The surroundings of one service: its own identity at the ledger, and what it shares. */
function surroundingsOf(common: Common, writer: Writer): Surroundings {
  const { store, leases, parking } = common.clientFor(writer)
  const { blobs, clock, random, crashPoints, metrics, spans, build, holder } = common
  return {
    store,
    leases,
    parking,
    blobs,
    clock,
    random,
    crashPoints,
    metrics,
    spans,
    build,
    holder,
    wake: common.wakeFor(writer),
    log: common.logFor(writer),
  }
}

export interface FetcherOptions {
  readonly cacheDir: string
  readonly policy: AddressPolicy
  readonly proxies: EnvironmentProxies
  readonly refuseForcePushes: readonly string[]
  readonly mirrors: readonly Mirror[]
}

/** The fetcher, over the git of this machine or isomorphic-git, and our own clients. */
export async function runFetcher(common: Common, options: FetcherOptions): Promise<RunningService> {
  const surroundings = surroundingsOf(common, 'fetcher')
  const { cacheDir, policy, proxies, refuseForcePushes, mirrors } = options
  const { blobs, clock, random, crashPoints } = surroundings
  const repositories = await openRepositories({
    cacheDirectory: cacheDir,
    policy,
    proxies,
    refuseForcePushes,
    mirrors,
    blobs,
    clock,
    random,
    crashPoints,
  })
  return withEnd(startFetcher(surroundings, { repositories }), repositories)
}

/** The renderer and its processes. */
export function runRenderer(
  common: Common,
  { children }: { readonly children: number },
): { readonly service: RunningService; readonly isolation: string } {
  const surroundings = surroundingsOf(common, 'renderer')
  const engine = openChildPool({ size: children, clock: common.clock, log: surroundings.log })
  const artifacts = { open: artifactOpener(surroundings, 'files') }
  const keyed = (text: string): string => common.keyring.digestOf(text)
  const service = startRenderer(surroundings, { engine, artifacts, keyed })
  return { service: withEnd(service, engine), isolation: engine.isolation }
}

export function runReleaser(common: Common): RunningService {
  const surroundings = surroundingsOf(common, 'releaser')
  const { snapshotEvents } = common
  const artifacts = artifactOpener(surroundings, 'digests')
  return startReleaser(surroundings, { openArtifact: artifacts, snapshotEvents })
}

export function runApplier(common: Common, accessOf: ApplierParts['accessOf']): RunningService {
  const keyed = (text: string): string => common.keyring.digestOf(text)
  return startApplier(surroundingsOf(common, 'applier'), { accessOf, keyed })
}

export function runAuditor(
  common: Common,
  parts: {
    readonly storage: AuditStorage
    readonly signer: NoteSigner
    readonly origin: string
    readonly policy: AddressPolicy
    readonly proxies: EnvironmentProxies
  },
): RunningService {
  const { clock, random } = common
  const { storage, signer, origin, policy, proxies } = parts
  const courier = providerCourier({ clock, random, policy, proxies })
  return startAuditor(surroundingsOf(common, 'auditor'), { storage, signer, origin, courier })
}

export function runGateway(
  common: Common,
  parts: Omit<GatewayParts, 'keyed' | 'snapshotEvents'>,
): Promise<Gateway> {
  const keyed = (text: string): string => common.keyring.digestOf(text)
  const { snapshotEvents } = common
  return startGateway(surroundingsOf(common, 'gateway'), { ...parts, keyed, snapshotEvents })
}

function artifactOpener(
  { blobs }: Surroundings,
  content: 'files' | 'digests',
): (blob: string, signal: AbortSignal) => Promise<SourceTree> {
  const get = (name: string): Promise<Uint8Array> => blobs.get(name)
  let newest: { readonly blob: string; readonly tree: Promise<SourceTree> } | undefined
  return (blob, signal) => {
    if (newest?.blob === blob) return newest.tree
    const tree = openArtifact({ get, blob, content }, signal)
    newest = { blob, tree }
    tree.catch(() => {
      if (newest?.tree === tree) newest = undefined
    })
    return tree
  }
}

/** The service, and with its end the end of what it works with. */
function withEnd(service: RunningService, tool: AsyncDisposable): RunningService {
  return {
    ...service,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await tool[Symbol.asyncDispose]()
    },
  }
}
