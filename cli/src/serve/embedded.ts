import { directoryStorage as auditDirectory } from '@tidemark/auditor'
import { openDirectoryBlobs, SealedBlobStore } from '@tidemark/blob-store'
import type { ClusterRegistered, Writer } from '@tidemark/contracts'
import { CommitPace, type SqlLedger } from '@tidemark/event-store'
import type { Mirror } from '@tidemark/fetcher'
import { tokenIdentities } from '@tidemark/gateway'
import { EMBEDDED_POLICY } from '@tidemark/git'
import { Secret, type Clock, type CrashPoints, type Random } from '@tidemark/kernel'
import { directAccess, type ClusterAccess } from '@tidemark/kube'
import { newSigner } from '@tidemark/merkle'
import { directoryStorage as sandboxDirectory, startSandbox, type Sandbox } from '@tidemark/sandbox'
import { openKeyring } from '@tidemark/sealing'
import { ConfigError, WakeHints, type LogLevel, type RunningService } from '@tidemark/service'
import { join } from 'node:path'
import { VERSION } from '../version.ts'
import { contextAccess } from './context-access.ts'
import { writePrivate, type DataDir } from './data-dir.ts'
import { embeddedConfig, type EmbeddedConfig } from './embedded-config.ts'
import type { OpenState } from './open-state.ts'
import {
  cachedBlobs,
  runApplier,
  runAuditor,
  runFetcher,
  runGateway,
  runReleaser,
  runRenderer,
  type Common,
} from './start-services.ts'
import { newHolder } from './holder.ts'
import { openTelemetry, startAdmin } from './telemetry.ts'

const LOOPBACK = '127.0.0.1' // The embedded form is reached from this machine only (DECISIONS 19).
const API_PORT = 7373

export interface EmbeddedOptions {
  /** Its folder and its ledger, which may still be opening. From here on they are ours to close. */
  readonly state: Promise<OpenState>
  /** Sandbox clusters to bring up. */
  readonly sandboxes: readonly string[]
  readonly apiPort: number | undefined
  readonly logLevel: LogLevel
  readonly clock: Clock
  readonly random: Random
  readonly crashPoints: CrashPoints
  readonly kubeconfigPath: string | undefined
  readonly mirrors: readonly Mirror[]
}

/** A whole control plane in this process. */
export interface Embedded extends AsyncDisposable {
  readonly data: DataDir
  readonly apiAddress: string
  readonly hookAddress: string
  readonly adminAddress: string
  readonly token: Secret<string>
  readonly sandbox: Sandbox | undefined
  /** Rejects where a service, or the database, has stopped by itself. */
  readonly stopped: Promise<void>
}

/** Starts the embedded form: one process, PGlite on disk, blobs in a folder, everything on loopback. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { random } = options
  const stack = new AsyncDisposableStack()
  try {
    const { data, ledger } = await options.state
    stack.use(ledger)
    const config = embeddedConfig()
    const sandbox = await openSandbox(options, data)
    if (sandbox !== undefined) stack.use(sandbox.server)
    const token = new Secret(Buffer.from(random.bytes(24)).toString('base64url'))
    const running = await startAll(
      { ...options, ...config },
      { data, ledger, sandbox, token, stack },
    )
    const { gateway, services, metrics } = running
    const admin = stack.use(await startAdmin(services, { host: LOOPBACK, port: 0, metrics }))
    const server = {
      pid: process.pid,
      address: `${LOOPBACK}:${gateway.apiPort}`,
      hooks: `http://${LOOPBACK}:${gateway.hookPort}/hooks/git`,
      admin: `http://${LOOPBACK}:${admin.port}`,
      token: token.reveal(),
    }
    await writePrivate(data.server, `${JSON.stringify(server)}\n`)
    if (sandbox !== undefined)
      await writePrivate(join(data.path, 'kubeconfig'), sandbox.server.kubeconfig())
    return {
      data,
      token,
      sandbox: sandbox?.server,
      apiAddress: server.address,
      hookAddress: server.hooks,
      adminAddress: server.admin,
      stopped: Promise.race([ledger.lost, ...services.map(({ stopped }) => stopped)]),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

interface Parts {
  readonly data: DataDir
  readonly ledger: SqlLedger
  readonly sandbox: TokenSandbox | undefined
  readonly token: Secret<string>
  readonly stack: AsyncDisposableStack
}

interface Running {
  readonly gateway: Awaited<ReturnType<typeof runGateway>>
  readonly services: readonly RunningService[]
  readonly metrics: Common['metrics']
}

async function startAll(options: EmbeddedOptions & EmbeddedConfig, parts: Parts): Promise<Running> {
  const { data, sandbox, token, stack } = parts
  const common = await shareAll(options, parts)
  const { signer } = newSigner('tidemark-embedded', data.auditSeed)
  const auditor = stack.use(
    runAuditor(common, {
      storage: auditDirectory(data.audit),
      signer,
      origin: 'tidemark-embedded/log/main',
      policy: EMBEDDED_POLICY,
      proxies: options.proxies,
    }),
  )
  const { service: renderer, isolation } = runRenderer(common, { children: options.renderChildren })
  stack.use(renderer)
  const releaser = stack.use(runReleaser(common))
  const fetcher = stack.use(
    await runFetcher(common, {
      cacheDir: data.gitCache,
      policy: EMBEDDED_POLICY,
      proxies: options.proxies,
      refuseForcePushes: options.refuseForcePushes,
      mirrors: options.mirrors,
    }),
  )
  const applier = stack.use(
    runApplier(common, (registered) => accessOf(options, sandbox, registered)),
  )
  const gateway = stack.use(
    await withPort(options.apiPort, (apiPort) =>
      runGateway(common, {
        identities: tokenIdentities([{ token, name: 'operator', role: 'operator' }]),
        form: 'embedded',
        renderIsolation: isolation,
        host: LOOPBACK,
        apiPort,
        hookPort: 0,
        tls: undefined,
        hookSecret: data.hookSecret,
        hookTls: undefined,
      }),
    ),
  )
  return {
    gateway,
    services: [gateway, applier, fetcher, releaser, renderer, auditor],
    metrics: common.metrics,
  }
}

async function shareAll(
  options: EmbeddedOptions & EmbeddedConfig,
  { data, ledger, stack }: Parts,
): Promise<Common> {
  const { clock, random, crashPoints, otlpUrl, logLevel, snapshotEvents } = options
  const keyring = openKeyring({ installationSecret: data.installationSecret, random })
  const pace = new CommitPace(clock)
  const raw = await openDirectoryBlobs({ path: data.blobs, random, gather: () => pace.turn() })
  const hints = new Map<Writer, WakeHints>()
  stack.use(
    ledger.onGrowth(() => {
      for (const wake of hints.values()) wake.hint()
    }),
  )
  return {
    clock,
    random,
    crashPoints,
    keyring,
    ...openTelemetry({ name: 'embedded', otlpUrl, logLevel }, stack),
    build: VERSION,
    holder: newHolder('embedded', random),
    snapshotEvents,
    blobs: cachedBlobs(new SealedBlobStore(raw, keyring)),
    clientFor: (writer) => ledger.clientFor(writer, '_'),
    wakeFor: (writer) => {
      const wake = new WakeHints(clock)
      hints.set(writer, wake)
      return wake
    },
  }
}

async function openSandbox(
  { clock, random, sandboxes }: EmbeddedOptions,
  data: DataDir,
): Promise<TokenSandbox | undefined> {
  if (sandboxes.length === 0) return undefined
  const storage = sandboxDirectory(data.sandbox)
  const token = Buffer.from(random.bytes(24)).toString('base64url')
  const server = await startSandbox({ clock, random, clusters: sandboxes, port: 0, storage, token })
  return { server, token }
}

interface TokenSandbox {
  readonly server: Sandbox
  readonly token: string
}

async function accessOf(
  { clock, kubeconfigPath }: EmbeddedOptions,
  sandbox: TokenSandbox | undefined,
  { cluster, access }: ClusterRegistered,
): Promise<ClusterAccess> {
  if (access?.kind?.$case === 'kubeconfigContext') {
    const { context, path } = access.kind.value
    return await contextAccess({ context, path: path || kubeconfigPath, clock })
  }
  if (access?.kind?.$case === 'sandbox' && sandbox !== undefined)
    return directAccess({ server: sandbox.server.url(cluster), token: sandbox.token })
  throw new ConfigError(
    `cluster ${cluster} cannot be reached from here: it was registered by another form`,
  )
}

/** The usual port, or any free one where it is taken; a port that was asked for must be free. */
async function withPort<Server>(
  wanted: number | undefined,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  try {
    return await start(wanted ?? API_PORT)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (!/EADDRINUSE|address already in use|No address added/u.test(message)) throw error
    if (wanted !== undefined)
      throw new ConfigError(`port ${wanted} is in use; name another with --port`, { cause: error })
    return await start(0)
  }
}
