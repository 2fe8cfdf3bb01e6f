import {
  Server,
  ServerCredentials,
  setLogger,
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
} from '@grpc/grpc-js'
import {
  TidemarkServiceService,
  type TidemarkServiceServer,
  type WatchEventsRequest,
  type WatchEventsResponse,
} from '@tidemark/contracts'
import { once } from 'node:events'
import type { Surroundings } from '@tidemark/service'
import { mayUse, VERBS } from '../domain/verbs.ts'
import type { Identities, Identity } from '../ports.ts'
import type { CaughtUp } from './caught-up.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { ApiError, toServiceError } from './api-error.ts'
import { ClusterApi } from './cluster-api.ts'
import type { ReadApi } from './read-api.ts'
import { NotificationApi } from './notification-api.ts'
import type { OpenReceivers } from './receivers/open-receivers.ts'
import { SecretApi } from './secret-api.ts'
import { verifyAudit } from './verify-audit.ts'
import { watchEvents } from './watch-events.ts'
import type { WriteApi } from './write-api.ts'

const ENDING_MS = 2_000 // For calls under way; streams that follow the log never end by themselves.
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024 // Before and after decompression (RELIABILITY 2, T22).

export interface ApiParts {
  readonly reads: ReadApi
  readonly writes: WriteApi
  readonly model: ReadModel
  readonly receivers: OpenReceivers
  readonly caughtUp: CaughtUp
  readonly surroundings: Surroundings
  readonly identities: Identities
}

export interface GrpcServerOptions {
  readonly host: string
  readonly port: number
  /** PEM texts; without them the server speaks in clear, which only the embedded form does, on loopback. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined
}

export interface GrpcServer extends AsyncDisposable {
  readonly port: number
}

/** Serves the public API. Every call shows who it is, and what it may do is looked up in one table. */
export async function startGrpcServer(
  parts: ApiParts,
  { host, port, tls }: GrpcServerOptions,
): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_concurrent_streams': 1_000,
  })
  server.addService(TidemarkServiceService, implementation(parts))
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) },
        ])
  const { log } = parts.surroundings
  setLogger({ error: (line: unknown) => log.debug('grpc', { line: String(line) }) })
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (error, actual) => {
      if (error === null) resolve(actual)
      else reject(cannotListen(`${host}:${port}`, error))
    })
  })
  return {
    port: bound,
    [Symbol.asyncDispose]: async () => {
      using limit = parts.surroundings.clock.deadline(ENDING_MS)
      limit.signal.addEventListener('abort', () => server.forceShutdown(), { once: true })
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => resolve())
      })
    },
  }
}

/** The library's own error begins with how many addresses it has tried. */
function cannotListen(address: string, error: Error): Error {
  const why = /errors: \[(.*)\]$/u.exec(error.message)?.[1] ?? error.message
  return new Error(`cannot serve the API on ${address}: ${why}`, { cause: error })
}

function implementation(parts: ApiParts): TidemarkServiceServer {
  const { reads, writes, model, surroundings } = parts
  const { store, parking } = surroundings
  const secrets = new SecretApi(model, surroundings)
  const clusters = new ClusterApi(model, surroundings)
  const notifications = new NotificationApi(model, parts.receivers)
  const unary = <Request, Response>(
    method: keyof typeof VERBS,
    answer: (request: Request, identity: Identity) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> => unaryHandler(parts, method, answer)
  return {
    getStatus: unary('GetStatus', () => reads.status()),
    listSources: unary('ListSources', () => reads.sources()),
    listClusters: unary('ListClusters', () => reads.clusters()),
    listApplications: unary('ListApplications', (request) => reads.applications(request)),
    describeApplication: unary('DescribeApplication', (r) => reads.describe(r.application)),
    listReleases: unary('ListReleases', (request) => reads.releases(request.application)),
    listDeployments: unary('ListDeployments', (request) => reads.deployments(request)),
    explainApplication: unary('ExplainApplication', (r) => reads.explain(r.application)),
    listAudit: unary('ListAudit', (request) => reads.audit(request)),
    verifyAudit: unary('VerifyAudit', () => verifyAudit(store, model.checkpoint)),
    listParked: unary('ListParked', async () => ({ events: [...(await parking.list(undefined))] })),
    getRelease: unary('GetRelease', (request) => reads.release(request)),
    findObject: unary('FindObject', (request) => reads.findObject(request)),
    rollBack: unary('RollBack', (request, who) => writes.rollBack(request, who)),
    liftHold: unary('LiftHold', (request, who) => writes.liftHold(request, who)),
    reconcile: unary('Reconcile', (request, who) => writes.reconcile(request, who)),
    suspend: unary('Suspend', (request, who) => writes.suspend(request, who)),
    resume: unary('Resume', (request, who) => writes.resume(request, who)),
    registerCluster: unary('RegisterCluster', (request, who) => clusters.register(request, who)),
    removeCluster: unary('RemoveCluster', (request, who) => clusters.remove(request, who)),
    declareRoot: unary('DeclareRoot', (request, who) => clusters.declareRoot(request, who)),
    resolveParked: unary('ResolveParked', (request, who) => writes.resolveParked(request, who)),
    setSecret: unary('SetSecret', (request, who) => secrets.set(request, who)),
    unsetSecret: unary('UnsetSecret', (request, who) => secrets.unset(request, who)),
    listSecrets: unary('ListSecrets', (request) => secrets.list(request)),
    listNotificationObjects: unary('ListNotificationObjects', (request, who) =>
      notifications.list(request, who),
    ),
    watchEvents: streamHandler(parts),
  }
}

function unaryHandler<Request, Response>(
  { identities, surroundings, caughtUp }: ApiParts,
  method: string,
  answer: (request: Request, identity: Identity) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    authorize(identities, call.metadata, method)
      .then(async (identity) => {
        if (method !== 'GetStatus') await caughtUp.wait() // The status says how far the log is read.
        return await answer(call.request, identity)
      })
      // oxlint-disable-next-line promise/no-callback-in-promise -- grpc-js answers by callback.
      .then((response) => callback(null, response))
      .catch((error: unknown) => {
        if (!(error instanceof ApiError))
          surroundings.log.error('call failed', { method, error: String(error) })
        // oxlint-disable-next-line promise/no-callback-in-promise -- As above.
        callback(toServiceError(error))
      })
  }
}

function streamHandler({
  identities,
  surroundings,
  caughtUp,
  reads,
}: ApiParts): handleServerStreamingCall<WatchEventsRequest, WatchEventsResponse> {
  return (call) => {
    const ended = new AbortController()
    call.on('cancelled', () => ended.abort())
    call.on('close', () => ended.abort())
    const { signal } = ended
    const run = async (): Promise<void> => {
      await authorize(identities, call.metadata, 'WatchEvents')
      await caughtUp.wait()
      const name = call.request.application
      const application = name === '' ? undefined : reads.find(name).id
      for await (const response of watchEvents(surroundings, call.request, { application, signal }))
        if (!call.write(response)) await once(call, 'drain', { signal })
      call.end()
    }
    run().catch((error: unknown) => {
      if (!signal.aborted) call.emit('error', toServiceError(error))
    })
  }
}

async function authorize(
  identities: Identities,
  metadata: Metadata,
  method: string,
): Promise<Identity> {
  const given = metadata.get('authorization')[0]
  const token = typeof given === 'string' ? given.replace(/^Bearer /u, '') : undefined
  const identity = await identities.identify(token)
  if (identity === undefined)
    throw new ApiError(
      status.UNAUTHENTICATED,
      'no token that is known here; give one with --token-file',
    )
  if (!mayUse(identity.role, VERBS[method]))
    throw new ApiError(status.PERMISSION_DENIED, `${identity.name} may not use ${method}`)
  return identity
}
