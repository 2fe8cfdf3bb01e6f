import { openPostgresStorage } from '@tidemark/auditor'
import { SealedBlobStore } from '@tidemark/blob-store'
import { JetStreamLogStream } from '@tidemark/bus'
import { LOG_STREAM, LOG_SUBJECTS, SCOPE_ALL, type Writer } from '@tidemark/contracts'
import { blobsOverBus, ledgerOverBus } from '@tidemark/event-store'
import { tokenIdentities, type KnownToken } from '@tidemark/gateway'
import { platformPolicy } from '@tidemark/git'
import { Secret, systemClock, systemCrashPoints, systemRandom } from '@tidemark/kernel'
import { readKubeconfig } from '@tidemark/kube'
import { openStore, readLedgerConfig, startLedger } from '@tidemark/ledger'
import { newSigner } from '@tidemark/merkle'
import { openKeyring, type Keyring } from '@tidemark/sealing'
import {
  ConfigError,
  createMetrics,
  noSpans,
  otlpSpans,
  pinoLogger,
  startAdminServer,
  type Environment,
  type RunningService,
} from '@tidemark/service'
import { readFile } from 'node:fs/promises'
import { VERSION } from '../version.ts'
import { folderCredentials } from './folder-credentials.ts'
import { connectService } from './platform-bus.ts'
import {
  readAuditorConfig,
  readFetcherConfig,
  readGatewayConfig,
  readPlatformConfig,
  readWorkerConfig,
  type PlatformConfig,
} from './platform-config.ts'
import {
  runApplier,
  runAuditor,
  runFetcher,
  runGateway,
  runReleaser,
  runRenderer,
  type Common,
} from './start-services.ts'

const SERVICES = [
  'ledger',
  'fetcher',
  'renderer',
  'releaser',
  'applier',
  'auditor',
  'gateway',
] as const
type ServiceName = (typeof SERVICES)[number]

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
    'clock' | 'random' | 'crashPoints' | 'metrics' | 'spans' | 'build' | 'holder' | 'logFor'
  >
  readonly stack: AsyncDisposableStack
}

/** Starts one service of the platform form, or all of them, each under its own identity. */
export async function startPlatform(name: string, env: Environment): Promise<Platform> {
  const config = readPlatformConfig(env)
  const names = SERVICES.filter((service) => name === 'all' || name === service)
  const stack = new AsyncDisposableStack()
  try {
    const starting = await prepare({ env, config, name, stack })
    const services: RunningService[] = []
    for (const service of names) services.push(stack.use(await startService(starting, service)))
    const checks = services.map((service) => ({ name: service.name, run: () => service.check() }))
    const admin = stack.use(
      await startAdminServer({
        host: config.host,
        port: config.adminPort,
        checks,
        metrics: starting.shared.metrics,
      }),
    )
    return {
      drain: () => admin.drain(),
      stopped: Promise.race(services.map(({ stopped }) => stopped)),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
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
  const { otlpUrl, logLevel, holder } = config
  const installationSecret = new Secret<Uint8Array>(await readHex(config.installationSecretFile))
  return {
    env,
    config,
    stack,
    keyring: openKeyring({ installationSecret, random: systemRandom }),
    shared: {
      clock: systemClock,
      random: systemRandom,
      crashPoints: systemCrashPoints(env['TIDEMARK_CRASH_AT']),
      metrics: createMetrics(name),
      spans: otlpUrl === undefined ? noSpans : stack.use(otlpSpans(otlpUrl, name)),
      build: VERSION,
      holder,
      logFor: (service) => pinoLogger(service, logLevel),
    },
  }
}

async function startService(starting: Starting, service: ServiceName): Promise<RunningService> {
  if (service === 'ledger') return await startLedgerService(starting)
  const common = await connect(starting, service)
  const { env } = starting
  const { kubeconfig, renderChildren } = readWorkerConfig(env)
  switch (service) {
    case 'fetcher': {
      const { cacheDir, secretsDir, hosts, networks } = readFetcherConfig(env)
      return await runFetcher(common, {
        cacheDir,
        policy: platformPolicy({ hosts, networks }),
        credentials: folderCredentials(secretsDir),
      })
    }
    case 'renderer':
      return runRenderer(common, { children: renderChildren }).service
    case 'releaser':
      return runReleaser(common)
    case 'applier':
      return runApplier(common, async ({ cluster, access }) => {
        const kind = access?.kind
        if (kind?.$case !== 'kubeconfigContext')
          throw new ConfigError(`cluster ${cluster} is no cluster of a kubeconfig`)
        const path = kind.value.path || kubeconfig
        if (path === undefined)
          throw new ConfigError(
            `TIDEMARK_KUBECONFIG is not set: it gives the context of ${cluster}`,
          )
        const { clock } = common
        return await readKubeconfig({ path, context: kind.value.context, exec: 'allowed', clock })
      })
    case 'auditor':
      return await startAuditorService(starting, common)
    default:
      return await startGatewayService(starting, common)
  }
}

/** The surroundings of a service that reaches the ledger over the bus, as itself. */
async function connect(
  { config, keyring, shared, stack }: Starting,
  service: Writer,
): Promise<Common> {
  const { clock, random } = shared
  const { bus, wake } = stack.use(await connectService({ config, clock, random }, service))
  const options = { bus, writer: service, scope: SCOPE_ALL }
  return {
    ...shared,
    keyring,
    blobs: new SealedBlobStore(blobsOverBus(options), keyring),
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
  const store = stack.use(await openStore(ledgerConfig.store, { clock, crashPoints }))
  const { link, bus } = stack.use(await connectService({ config, clock, random }, 'ledger'))
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

async function startAuditorService(
  { env, stack }: Starting,
  common: Common,
): Promise<RunningService> {
  const { postgresUrl, postgresCaFile, seedFile, name } = readAuditorConfig(env)
  const tls = {
    minVersion: 'TLSv1.3',
    ...(postgresCaFile === undefined ? {} : { ca: await readFile(postgresCaFile, 'utf8') }),
  } as const
  const storage = stack.use(await openPostgresStorage({ url: postgresUrl, tls }))
  const { signer } = newSigner(name, new Secret<Uint8Array>(await readHex(seedFile)))
  return runAuditor(common, { storage, signer, origin: `${name}/log/main` })
}

async function startGatewayService(
  { env, config }: Starting,
  common: Common,
): Promise<RunningService> {
  const { apiPort, hookPort, certFile, keyFile, tokensFile, hookSecretFile } =
    readGatewayConfig(env)
  return await runGateway(common, {
    identities: tokenIdentities(readTokens(await textOf(tokensFile), tokensFile)),
    form: 'platform',
    renderIsolation: 'NetworkPolicy and network namespaces of the renderer',
    host: config.host,
    apiPort,
    hookPort,
    tls: { certificate: await textOf(certFile), key: await textOf(keyFile) },
    hookSecret: new Secret((await textOf(hookSecretFile)).trim()),
  })
}

/** Lines `name role token`. A file without one is refused: nobody could sign in. */
function readTokens(text: string, file: string): readonly KnownToken[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  if (lines.length === 0)
    throw new ConfigError(`${file} names nobody: write lines "name role token"`)
  return lines.map((line, index) => {
    const [name, role, token] = line.trim().split(/\s+/u)
    if (name === undefined || token === undefined || (role !== 'viewer' && role !== 'operator'))
      throw new ConfigError(
        `${file}:${index + 1}: write "name role token", with the role viewer or operator`,
      )
    return { name, role, token: new Secret(token) }
  })
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8')
}

async function readHex(file: string): Promise<Uint8Array> {
  const text = (await readFile(file, 'utf8')).trim()
  if (!/^[0-9a-f]{64}$/u.test(text)) throw new ConfigError(`${file} must hold 64 hex digits`)
  return Buffer.from(text, 'hex')
}
