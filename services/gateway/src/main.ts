import { record } from '@tidemark/contracts'
import { LogReader } from '@tidemark/event-store'
import type { Secret } from '@tidemark/kernel'
import type { KeyedDigest } from '@tidemark/manifests'
import { goOn, runService, type RunningService, type Surroundings } from '@tidemark/service'
import { startGrpcServer } from './http/grpc-server.ts'
import { startHookServer } from './http/hook-server.ts'
import { ReadApi } from './http/read-api.ts'
import { ReleasedObjects } from './http/released-objects.ts'
import { WriteApi } from './http/write-api.ts'
import type { Identities } from './ports.ts'
import { ReadModel } from './projections/read-model.ts'

export interface GatewayParts {
  readonly identities: Identities
  readonly form: 'embedded' | 'platform'
  readonly renderIsolation: string
  readonly host: string
  readonly apiPort: number
  readonly hookPort: number
  readonly tls: { readonly certificate: string; readonly key: string } | undefined
  readonly hookSecret: Secret<string>
  /** What stands for a value of a Secret wherever it would be shown. */
  readonly keyed: KeyedDigest
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
  const { form, renderIsolation, host, tls, identities } = parts
  const releases = new ReleasedObjects(surroundings, parts.keyed)
  const reads = new ReadApi({ model, surroundings, releases, form, renderIsolation })
  const writes = new WriteApi({ reads, model, surroundings })
  const stack = new AsyncDisposableStack()
  try {
    const following = stack.use(
      runService('gateway', (signal) =>
        goOn(surroundings, (ending) => followLog(surroundings, model, ending), signal),
      ),
    )
    const api = stack.use(
      await startGrpcServer(
        { reads, writes, model, surroundings, identities },
        { host, port: parts.apiPort, tls },
      ),
    )
    const hooks = stack.use(
      await startHookServer(
        { model, surroundings, secret: parts.hookSecret },
        { host, port: parts.hookPort },
      ),
    )
    return {
      name: 'gateway',
      apiPort: api.port,
      hookPort: hooks.port,
      model,
      stopped: following.stopped,
      check: () => following.check(),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function followLog(
  surroundings: Surroundings,
  model: ReadModel,
  signal: AbortSignal,
): Promise<void> {
  const { store, wake, metrics } = surroundings
  const reader = new LogReader(store, model.position)
  while (!signal.aborted) {
    const events = await reader.next(signal)
    for (const stored of events) {
      const recorded = record(stored)
      if (recorded === undefined) model.position = stored.position
      else model.fold(recorded)
    }
    metrics.lag('gateway', events.length)
    if (events.length === 0 || reader.atEnd) await wake.wait(signal)
  }
}
