import { record, streams } from '@tidemark/contracts'
import { LogReader } from '@tidemark/event-store'
import type { Secret } from '@tidemark/kernel'
import type { KeyedDigest } from '@tidemark/manifests'
import {
  codeOf,
  goOn,
  runService,
  Snapshots,
  type RunningService,
  type SnapshotsOptions,
  type Surroundings,
} from '@tidemark/service'
import { startGrpcServer } from './http/grpc-server.ts'
import { startHookServer } from './http/hook-server.ts'
import { OpenReceivers } from './http/receivers/open-receivers.ts'
import { ReadApi } from './http/read-api.ts'
import { ReleasedObjects } from './http/released-objects.ts'
import { WriteApi } from './http/write-api.ts'
import type { Identities } from './ports.ts'
import { CaughtUp } from './http/caught-up.ts'
import { ReadModel, type ReadModelState } from './projections/read-model.ts'

export interface GatewayParts {
  readonly identities: Identities
  readonly form: 'embedded' | 'platform'
  readonly renderIsolation: string
  readonly host: string
  readonly apiPort: number
  readonly hookPort: number
  readonly tls: { readonly certificate: string; readonly key: string } | undefined
  readonly hookSecret: Secret<string>
  /** For webhooks; without it they are taken in clear. */
  readonly hookTls: { readonly certificate: string; readonly key: string } | undefined
  /** What stands for a value of a Secret wherever it would be shown. */
  readonly keyed: KeyedDigest
  /** How many events at least lie between two snapshots. */
  readonly snapshotEvents: number
}

export interface Gateway extends RunningService {
  readonly apiPort: number
  readonly hookPort: number
  readonly model: ReadModel
}

/** The gateway: read models folded from the ledger, the public API, and webhooks. Copies run side by side. */
export async function startGateway(
  surroundings: Surroundings,
  parts: GatewayParts,
): Promise<Gateway> {
  const model = new ReadModel()
  const caughtUp = new CaughtUp(surroundings.clock)
  const { form, renderIsolation, host, tls, identities, snapshotEvents } = parts
  const releases = new ReleasedObjects(surroundings, parts.keyed)
  const reads = new ReadApi({ model, surroundings, releases, form, renderIsolation })
  const writes = new WriteApi({ reads, model, surroundings })
  const receivers = new OpenReceivers(model, surroundings.blobs)
  const stack = new AsyncDisposableStack()
  try {
    const following = stack.use(
      runService('gateway', (signal) =>
        goOn(
          surroundings,
          (ending) => followLog(surroundings, { model, caughtUp, snapshotEvents }, ending),
          signal,
        ),
      ),
    )
    const api = stack.use(
      await startGrpcServer(
        { reads, writes, model, receivers, caughtUp, surroundings, identities },
        { host, port: parts.apiPort, tls },
      ),
    )
    const hooks = stack.use(
      await startHookServer(
        { model, caughtUp, surroundings, receivers, secret: parts.hookSecret },
        { host, port: parts.hookPort, tls: parts.hookTls },
      ),
    )
    return {
      name: 'gateway',
      apiPort: api.port,
      hookPort: hooks.port,
      model,
      stopped: following.stopped,
      check: async () => (await following.check()) ?? caughtUp.problem,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

interface FollowParts {
  readonly model: ReadModel
  readonly caughtUp: CaughtUp
  readonly snapshotEvents: number
}

/** Folds the log into the model, and goes on; begins where the last snapshot ends. */
async function followLog(
  surroundings: Surroundings,
  { model, caughtUp, snapshotEvents }: FollowParts,
  signal: AbortSignal,
): Promise<void> {
  const { store, wake, metrics } = surroundings
  await using snapshots = new Snapshots(surroundings, await snapshotsOf(snapshotEvents))
  const from = await snapshots.load(signal, model.position === 0n ? undefined : 0n)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- This code kept it: its hash says so.
  if (from !== undefined) model.restore(from.state as ReadModelState)
  const reader = new LogReader(store, model.position, from?.chain)
  let begun: bigint | undefined
  while (!signal.aborted) {
    const events = await reader.next(signal)
    begun ??= reader.head
    for (const stored of events) {
      snapshots.seen(stored)
      const recorded = record(stored)
      if (recorded === undefined) model.position = stored.position
      else model.fold(recorded)
    }
    caughtUp.reached(model.position, begun)
    metrics.lag('gateway', events.length)
    const last = events.at(-1)
    if (last !== undefined && snapshots.isDue) snapshots.keep(model.state(), last)
    if (events.length === 0 || reader.atEnd) await wake.wait(signal)
  }
}

async function snapshotsOf(eventsMin: number): Promise<SnapshotsOptions> {
  const reader = 'gateway'
  const code = await codeOf([new URL('projections/', import.meta.url)])
  return { reader, writer: 'gateway', stream: streams.viewSnapshot(reader), code, eventsMin }
}
