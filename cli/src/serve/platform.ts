import { openPostgresStorage } from '@tidemark/auditor'
import { SealedBlobStore } from '@tidemark/blob-store'
import { JetStreamLogStream } from '@tidemark/bus'
import { LOG_STREAM, LOG_SUBJECTS, SCOPE_ALL, WRITERS, type Writer } from '@tidemark/contracts'
import { blobsOverBus, ledgerOverBus } from '@tidemark/event-store'
import { tokenIdentities } from '@tidemark/gateway'
import { platformPolicy } from '@tidemark/git'
import { Secret, systemClock, systemCrashPoints, systemRandom } from '@tidemark/kernel'
import { openStore, readLedgerConfig, startLedger } from '@tidemark/ledger'
import { newSigner } from '@tidemark/merkle'
import { openKeyring, type Keyring } from '@tidemark/sealing'
import type { Environment, RunningService } from '@tidemark/service'
import { VERSION } from '../version.ts'
import { newHolder } from './holder.ts'
import { connectService } from './platform-bus.ts'
import { platformAccess } from './platform-clusters.ts'
import {
  readAuditorConfig,
  readFetcherConfig,
  readProxies,
  readRefuseForcePushes,
  readGatewayConfig,
  readPlatformConfig,
  readWorkerConfig,
  type PlatformConfig,
} from './platform-config.ts'
import { readKey, readSetting, readTokens } from './setting-files.ts'
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
import { openTelemetry, startAdmin } from './telemetry.ts'

/** Services of the platform form in this process. */
export interface Platform extends AsyncDisposable {
  /** From now on not ready: no new work is sent here. */
  drain(): void
  readonly stopped: Promise<unknown>
}

interface Starting {
  readonly env: Environment
  readonly config: PlatformConfig
  readonly keyring: Keyring
  readonly shared: Pick<
    Common,
    | 'clock'
    | 'random'
    | 'crashPoints'
    | 'metrics'
    | 'spans'
    | 'build'
    | 'holder'
    | 'logFor'
    | 'snapshotEvents'
  >
  readonly stack: AsyncDisposableStack
}

/** Starts one service of the platform form, or all of them, each under its own identity. */
export async function startPlatform(name: string, env: Environment): Promise<Platform> {
  const config = readPlatformConfig(env)
  const names = WRITERS.filter((service) => name === 'all' || name === service)
  const stack = new AsyncDisposableStack()
  try {
    const starting = await prepare({ env, config, name, stack })
    const services: RunningService[] = []
    for (const service of names) services.push(stack.use(await startService(starting, service)))
    const admin = await startAdmin(services, {
      host: config.host,
      port: config.adminPort,
      metrics: starting.shared.metrics,
    })
    return {
      drain: () => admin.drain(),
      stopped: Promise.race(services.map(({ stopped }) => stopped)),
      // The admin server ends last: until then it tells that no new work is taken.
      [Symbol.asyncDispose]: async () => {
        await stack.disposeAsync()
        await admin[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function prepare({
  env,
  config,
  name,
  stack,
}: {
  readonly env: Environment
  readonly config: PlatformConfig
  readonly name: string
  readonly stack: AsyncDisposableStack
}): Promise<Starting> {
  const { otlpUrl, logLevel, hostName, snapshotEvents } = config
  const installationSecret = await readKey({
    variable: 'TIDEMARK_INSTALLATION_SECRET_FILE',
    path: config.installationSecretFile,
  })
  return {
    env,
    config,
    stack,
    keyring: openKeyring({ installationSecret, random: systemRandom }),
    shared: {
      clock: systemClock,
      random: systemRandom,
      crashPoints: systemCrashPoints(env['TIDEMARK_CRASH_AT']),
      ...openTelemetry({ name, otlpUrl, logLevel }, stack),
      build: VERSION,
      holder: newHolder(hostName, systemRandom),
      snapshotEvents,
    },
  }
}

/** What a service needs of its settings is read before it connects: what is missing is said at once. */
async function startService(starting: Starting, service: Writer): Promise<RunningService> {
  switch (service) {
    case 'ledger':
      return await startLedgerService(starting)
    case 'fetcher': {
      const { cacheDir, hosts, networks, mirrors } = readFetcherConfig(starting.env)
      return await runFetcher(await connect(starting, service), {
        cacheDir,
        policy: platformPolicy({ hosts, networks }),
        proxies: readProxies(starting.env),
        refuseForcePushes: readRefuseForcePushes(starting.env),
        mirrors,
      })
    }
    case 'renderer': {
      const { renderChildren } = readWorkerConfig(starting.env)
      return runRenderer(await connect(starting, service), { children: renderChildren }).service
    }
    case 'releaser':
      return runReleaser(await connect(starting, service))
    case 'applier':
      return await startApplierService(starting)
    case 'auditor':
      return await startAuditorService(starting)
    default:
      return await startGatewayService(starting)
  }
}

/** The surroundings of a service that reaches the ledger over the bus, as itself. */
async function connect(
  { config, keyring, shared, stack }: Starting,
  service: Writer,
  scope: string = SCOPE_ALL,
): Promise<Common> {
  const { clock, random } = shared
  const { bus, wake } = stack.use(await connectService({ config, clock, random }, service, scope))
  const options = { bus, writer: service, scope }
  return {
    ...shared,
    keyring,
    blobs: cachedBlobs(new SealedBlobStore(blobsOverBus(options), keyring)),
    clientFor: () => ledgerOverBus(options),
    wakeFor: () => wake,
  }
}

async function startLedgerService({
  env,
  config,
  shared,
  stack,
}: Starting): Promise<RunningService> {
  const ledgerConfig = readLedgerConfig(env, 'platform')
  const { clock, random, crashPoints, metrics, logFor } = shared
  const { link, bus } = stack.use(await connectService({ config, clock, random }, 'ledger'))
  const store = stack.use(await openStore(ledgerConfig.store, { clock, crashPoints }))
  const logStream = new JetStreamLogStream(link, {
    name: LOG_STREAM,
    subjects: [LOG_SUBJECTS],
    ...ledgerConfig.logStream,
  })
  const log = logFor('ledger')
  return await startLedger({
    store,
    blobs: store.blobs,
    bus,
    logStream,
    clock,
    random,
    log,
    metrics,
    crashPoints,
  })
}

async function startApplierService(starting: Starting): Promise<RunningService> {
  const { kubeconfig, cluster: scope } = readWorkerConfig(starting.env)
  const common = await connect(starting, 'applier', scope)
  const { clock } = common
  return runApplier(common, (registered) => platformAccess({ kubeconfig, clock }, registered))
}

async function startAuditorService(starting: Starting): Promise<RunningService> {
  const { postgresUrl, postgresCaFile, seedFile, name, lists } = readAuditorConfig(starting.env)
  const seed = await readKey({ variable: 'TIDEMARK_AUDIT_SEED_FILE', path: seedFile })
  const variable = 'TIDEMARK_POSTGRES_CA_FILE'
  const tls = {
    minVersion: 'TLSv1.3',
    ...(postgresCaFile === undefined
      ? {}
      : { ca: await readSetting({ variable, path: postgresCaFile }) }),
  } as const
  const common = await connect(starting, 'auditor')
  const storage = starting.stack.use(await openPostgresStorage({ url: postgresUrl, tls }))
  const { signer } = newSigner(name, seed)
  return runAuditor(common, {
    storage,
    signer,
    origin: `${name}/log/main`,
    policy: platformPolicy(lists),
    proxies: readProxies(starting.env),
  })
}

async function startGatewayService(starting: Starting): Promise<RunningService> {
  const config = readGatewayConfig(starting.env)
  const { apiPort, hookPort, certFile, keyFile, tokensFile, hookSecretFile } = config
  const identities = tokenIdentities(
    await readTokens({ variable: 'TIDEMARK_TOKENS_FILE', path: tokensFile }),
  )
  const tls = {
    certificate: await readSetting({ variable: 'TIDEMARK_TLS_CERT_FILE', path: certFile }),
    key: await readSetting({ variable: 'TIDEMARK_TLS_KEY_FILE', path: keyFile }),
  }
  const hook = { variable: 'TIDEMARK_HOOK_SECRET_FILE', path: hookSecretFile }
  const hookSecret = new Secret((await readSetting(hook)).trim())
  return await runGateway(await connect(starting, 'gateway'), {
    identities,
    form: 'platform',
    renderIsolation: 'NetworkPolicy and network namespaces of the renderer',
    host: starting.config.host,
    apiPort,
    hookPort,
    tls,
    hookSecret,
    hookTls: config.hookTls === 'own' ? tls : undefined,
  })
}
