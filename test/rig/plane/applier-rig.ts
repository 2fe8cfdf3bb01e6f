// The applier alone, over a sandbox cluster: what the releaser would ask for is appended by hand.
import { startApplier } from '@tidemark/applier'
import { MemoryBlobs, SealedBlobStore } from '@tidemark/blob-store'
import {
  event,
  HelmContents,
  record,
  RolloutCause,
  streams,
  type AnyEvent,
  type EventName,
  type EventOf,
  type StreamName,
  type Writer,
} from '@tidemark/contracts'
import { MemoryLedger } from '@tidemark/event-store'
import { Secret, systemClock, systemRandom, type CrashPoints } from '@tidemark/kernel'
import { directAccess, KubeClient, type ClusterAccess } from '@tidemark/kube'
import { canonicalJson, readManifest, type JsonObject } from '@tidemark/manifests'
import { openKeyring } from '@tidemark/sealing'
import {
  buildAppend,
  causeFrom,
  createMetrics,
  decodeValues,
  noSpans,
  silentLogger,
  WakeHints,
  type RunningService,
} from '@tidemark/service'
import { hash } from 'node:crypto'

const CLUSTER = 'dev'
const PROJECT = 'p'
const SEEN_MS = 60_000
const LOOK_MS = 10

/** What a HelmRelease renders to. */
export interface RigRelease {
  readonly objects: readonly JsonObject[]
  readonly hooks?: readonly RigHook[]
  readonly definitions?: readonly JsonObject[]
  readonly name?: string
  readonly namespace?: string
  readonly chartName?: string
}

export interface RigHook {
  readonly object: JsonObject
  readonly events: readonly string[]
  readonly weight?: number
  readonly deletePolicies?: readonly string[]
}

export interface RigApply {
  readonly number: number
  /** Nothing: what was delivered goes. */
  readonly release: RigRelease | undefined
  /** The parts of a HelmRelease's spec that say how Helm acts. */
  readonly spec?: object
  readonly cause?: RolloutCause
}

/** One cluster with an applier, which can be killed and started again. */
export class ApplierRig implements AsyncDisposable {
  readonly client: KubeClient
  readonly #access: ClusterAccess
  readonly #ledger = new MemoryLedger({ clock: systemClock })
  readonly #blobs: SealedBlobStore
  readonly #keyed: (text: string) => string
  readonly #crash: CrashPoints
  #applies = 0n
  #applier: RunningService | undefined
  #held = new AsyncDisposableStack()

  constructor(access: ClusterAccess, crash: CrashPoints) {
    const keyring = openKeyring({
      installationSecret: new Secret(systemRandom.bytes(32)),
      random: systemRandom,
    })
    this.#access = access
    this.#blobs = new SealedBlobStore(new MemoryBlobs(), keyring)
    this.#keyed = (text) => keyring.digestOf(text)
    this.#crash = crash
    const [clock, random] = [systemClock, systemRandom]
    this.client = new KubeClient({ cluster: CLUSTER, access, clock, random })
  }

  static async open(
    server: string,
    crash: CrashPoints = { at: () => undefined },
  ): Promise<ApplierRig> {
    return ApplierRig.over(directAccess({ server }), crash)
  }

  static async over(
    access: ClusterAccess,
    crash: CrashPoints = { at: () => undefined },
  ): Promise<ApplierRig> {
    const rig = new ApplierRig(access, crash)
    await rig.#append('gateway', streams.cluster(CLUSTER), [
      event('ClusterRegistered', { cluster: CLUSTER, project: PROJECT }),
    ])
    rig.start()
    return rig
  }

  /** Starts the applier, which may have run before: it knows what is in the ledger, and no more. */
  start(): void {
    const wake = new WakeHints(systemClock)
    this.#held = new AsyncDisposableStack()
    this.#held.use(this.#ledger.onGrowth(wake.hint))
    const surroundings = {
      ...this.#ledger.clientFor('applier', '_'),
      blobs: this.#blobs,
      wake,
      clock: systemClock,
      random: systemRandom,
      crashPoints: this.#crash,
      metrics: createMetrics('applier'),
      spans: noSpans,
      log: silentLogger,
      build: 'test',
      holder: 'rig',
    }
    const accessOf = async (): Promise<ClusterAccess> => this.#access
    this.#applier = startApplier(surroundings, { accessOf, keyed: this.#keyed })
  }

  async stop(): Promise<void> {
    await this.#applier?.[Symbol.asyncDispose]()
    this.#applier = undefined
    await this.#held.disposeAsync()
  }

  /** Asks for a release of the HelmRelease `id`, as the releaser does. */
  async apply(id: string, wish: RigApply): Promise<bigint> {
    this.#applies += 1n
    const { release, spec = {}, number, cause = RolloutCause.ROLLOUT_CAUSE_RELEASE } = wish
    const blobs =
      release === undefined ? { manifestBlob: '', helmBlob: '' } : await this.#keep(release)
    const manifestDigest = hash('sha256', JSON.stringify(release ?? null))
    const requested = event('ApplyRequested', {
      applicationId: id,
      cluster: CLUSTER,
      apply: this.#applies,
      rollout: this.#applies,
      wave: 1,
      number: BigInt(number),
      cause,
      manifestDigest,
      ...blobs,
      options: {
        ownerKind: 'HelmRelease',
        ownerName: id,
        ownerNamespace: 'apps',
        prune: true,
        wait: true,
        force: false,
        timeoutMs: 60_000n,
        healthChecksJson: new Uint8Array(),
        pruneOrder: 0,
        pruneApproved: false,
        helmActionsJson: Buffer.from(JSON.stringify(spec)),
      },
    })
    await this.#append('releaser', streams.rollout(id), [requested])
    return this.#applies
  }

  /** Asks for something of the cluster, and resolves with what the applier saw there. */
  async observe(
    kind: string,
    namespace: string,
    name: string,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const input = { cluster: CLUSTER, kind, namespace, name }
    await this.#append('releaser', streams.demand(input), [
      event('ClusterInputRequested', { input }),
    ])
    const { store } = this.#ledger.clientFor('applier', '_')
    const blob = await this.until(`${kind} ${namespace}/${name}`, async () => {
      const last = (await store.readStream(streams.input(input), 0n)).at(-1)
      const seen = last === undefined ? undefined : record(last)?.event
      return seen?.type === 'ClusterInputObserved' ? seen.value.blob : undefined
    })
    return blob === '' ? new Map() : decodeValues(await this.#blobs.get(blob)).reveal()
  }

  /** All events of a deployment, in order. */
  async events(id: string): Promise<readonly AnyEvent[]> {
    const stored = await this.#ledger
      .clientFor('applier', '_')
      .store.readStream(streams.deployment(id, CLUSTER), 0n)
    return stored.flatMap((each) => record(each)?.event ?? [])
  }

  async eventsOf<Name extends EventName>(
    id: string,
    name: Name,
  ): Promise<readonly EventOf<Name>['value'][]> {
    const all = await this.events(id)
    return all.flatMap((each) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Its name says its type.
      each.type === name ? [each.value as EventOf<Name>['value']] : [],
    )
  }

  /** Resolves with the outcome of an apply. */
  async finished(id: string, apply: bigint): Promise<EventOf<'ApplyFinished'>['value']> {
    return this.until(`the end of apply ${apply} of ${id}`, async () =>
      (await this.eventsOf(id, 'ApplyFinished')).find((finished) => finished.apply === apply),
    )
  }

  /** Resolves with what `look` finds, as soon as it finds something. */
  async until<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    const deadline = systemClock.monotonic() + SEEN_MS
    for (;;) {
      const found = await look()
      if (found !== undefined) return found
      if (systemClock.monotonic() > deadline) throw new Error(`${what} was not seen`)
      await systemClock.sleep(LOOK_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.client[Symbol.asyncDispose]()
    await this.#ledger[Symbol.asyncDispose]()
  }

  async #keep(release: RigRelease): Promise<{ manifestBlob: string; helmBlob: string }> {
    const { objects, hooks = [], definitions = [] } = release
    const contents = HelmContents.fromPartial({
      releaseName: release.name ?? 'shop',
      releaseNamespace: release.namespace ?? 'default',
      storageNamespace: release.namespace ?? 'default',
      chartName: release.chartName ?? 'web',
      chartVersion: '1.0.0',
      chartMetadataJson: json({
        apiVersion: 'v2',
        name: release.chartName ?? 'web',
        version: '1.0.0',
      }),
      configJson: json({ color: 'green' }),
      notes: 'Have fun.',
      hooks: hooks.map(({ object, events, weight = 0, deletePolicies = [] }) => ({
        json: json(object),
        events: [...events],
        weight,
        deletePolicies:
          deletePolicies.length === 0 ? ['before-hook-creation'] : [...deletePolicies],
        path: `web/templates/${readManifest(object, 'hook').identity.name}.yaml`,
      })),
      crdsJson: definitions.map(json),
    })
    return {
      manifestBlob: await this.#blobs.put(Buffer.from(JSON.stringify(objects))),
      helmBlob: await this.#blobs.put(HelmContents.encode(contents).finish()),
    }
  }

  async #append(writer: Writer, stream: StreamName, events: readonly AnyEvent[]): Promise<void> {
    const { store } = this.#ledger.clientFor(writer, '_')
    const version = (await store.readStream(stream, 0n)).at(-1)?.version ?? 0n
    const cause = causeFrom(`${stream}/${version}`)
    await store.append(
      buildAppend({
        writer,
        build: 'test',
        events: events.map((each) => ({
          cause,
          stream,
          event: each,
          project: PROJECT,
          cluster: CLUSTER,
        })),
        expected: new Map([[stream, version]]),
      }),
    )
  }
}

function json(value: JsonObject): Buffer {
  return Buffer.from(canonicalJson(value))
}
