import { natsServerConfig, type NatsUser } from '@tidemark/bus'
import { WRITERS, type Writer } from '@tidemark/contracts'
import { systemRandom } from '@tidemark/kernel'
import { createUser, type KeyPair } from '@nats-io/nkeys'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates, type Certificates } from '../components/certificates.ts'
import { Child, freePort, temporaryDir, type Exit } from '../components/child.ts'
import { startNats, type NatsServer } from '../components/nats.ts'
import { startPostgres, type PostgresServer } from '../components/postgres.ts'
import { PlaneApi } from './plane-api.ts'

export const SERVICES: typeof WRITERS = WRITERS
export type ServiceName = Writer

const TOKEN = 'operator-of-a-test-platform'
const VIEWER_TOKEN: string = `viewer-${TOKEN}`
export const HOOK_SECRET = 'hooks-of-a-test-platform'

export interface PlatformOptions {
  readonly kubeconfig: string
  /** Where sources may live, beside this machine. */
  readonly sourceHosts?: readonly string[]
  /** Of another build: the root of its checkout. */
  readonly root?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A user of the bus that only reads events. */
export const OBSERVER = 'observer'

/** NATS and Postgres with TLS and identities, and what services need to reach them. */
export interface PlatformWorld extends AsyncDisposable {
  readonly nats: NatsServer
  readonly postgres: PostgresServer
  readonly certificates: Certificates
  readonly folder: string
  /** The environment of a service of the platform form. */
  env(): Readonly<Record<string, string>>
  /** Starts one copy of a service as a process of its own, and waits until it is ready. */
  start(service: ServiceName | 'all', options?: StartOptions): Promise<ServiceProcess>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The root of the checkout to run; else this one. */
  readonly root?: string
  /** `ready` (the default), or `started` for one that is to die. */
  readonly until?: 'ready' | 'started'
}

/** A copy of a service. */
export interface ServiceProcess extends AsyncDisposable {
  readonly name: string
  readonly adminUrl: string
  readonly apiPort: number
  readonly hookUrl: string
  readonly log: () => string
  kill(): Promise<void>
  /** SIGTERM: it drains. Gives how it ended; it is killed where that takes more than 10 s. */
  end(): Promise<Exit>
  /** Waits for its end, by whatever cause. */
  readonly exited: Promise<Exit>
  api(token?: string): PlaneApi
}

/** Starts the world around the services: no service runs yet. */
export async function startPlatformWorld(options: PlatformOptions): Promise<PlatformWorld> {
  const stack = new AsyncDisposableStack()
  try {
    const certificates = stack.use(await makeCertificates())
    const dir = temporaryDir('platform')
    stack.defer(() => dir.remove())
    const client = await certificates.client('service')
    const seeds = writeSeeds(dir.path)
    const { caFile, server } = certificates
    const nats = stack.use(
      await startNats({ tls: { ...server, caFile }, config: natsConfig(seeds) }),
    )
    const postgres = stack.use(await startTlsPostgres(certificates))
    writeSecrets(dir.path)
    const base = environment({ dir: dir.path, certificates, client, nats, postgres, options })
    return {
      nats,
      postgres,
      certificates,
      folder: dir.path,
      env: () => base,
      start: (service, start = {}) =>
        startService({ dir: dir.path, base, certificates, service, start, options }),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

function writeSeeds(folder: string): ReadonlyMap<ServiceName | typeof OBSERVER, KeyPair> {
  mkdirSync(join(folder, 'seeds'), { mode: 0o700 })
  return new Map(
    ([...SERVICES, OBSERVER] as const).map((service): [ServiceName | typeof OBSERVER, KeyPair] => {
      const pair = createUser()
      writeFileSync(join(folder, 'seeds', service), Buffer.from(pair.getSeed()), { mode: 0o600 })
      return [service, pair]
    }),
  )
}

/** The lines of nats-server's configuration that say who may do what. */
function natsConfig(seeds: ReturnType<typeof writeSeeds>): string {
  const users = [...seeds].map(([service, pair]): NatsUser => {
    const identity = { kind: 'nkey', publicKey: pair.getPublicKey() } as const
    if (service === OBSERVER) return { role: 'observer', identity, consumer: OBSERVER }
    return service === 'ledger'
      ? { role: 'ledger', identity }
      : { role: 'service', identity, service }
  })
  return Object.entries(natsServerConfig({ users }))
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n')
}

/** A Postgres that speaks TLS, as `localhost`. */
export function startTlsPostgres(certificates: Certificates): Promise<PostgresServer> {
  return startPostgres({ settings: sslSettings(certificates) })
}

/** Postgres reads its key as its own user, and refuses one that others can read. */
function sslSettings({ server }: Certificates): readonly string[] {
  const dir = temporaryDir('postgres-tls')
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((row) => row.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  const isRoot = process.getuid?.() === 0 && uid !== undefined && gid !== undefined
  const own = (from: string, name: string): string => {
    const to = join(dir.path, name)
    copyFileSync(from, to)
    chmodSync(to, 0o600)
    if (isRoot) chownSync(to, Number(uid), Number(gid))
    return to
  }
  if (isRoot) chownSync(dir.path, Number(uid), Number(gid))
  return [
    'ssl=on',
    `ssl_cert_file=${own(server.certFile, 'server.crt')}`,
    `ssl_key_file=${own(server.keyFile, 'server.key')}`,
    'max_connections=60',
  ]
}

function newKey(): string {
  return Buffer.from(systemRandom.bytes(32)).toString('hex')
}

function writeSecrets(folder: string): void {
  const files = {
    'installation-secret': newKey(),
    'audit-seed': newKey(),
    'hook-secret': HOOK_SECRET,
    tokens: `operator operator ${TOKEN}\nviewer viewer ${VIEWER_TOKEN}\n`,
    token: TOKEN,
  }
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o600 })
}

function environment({
  dir,
  certificates,
  client,
  nats,
  postgres,
  options,
}: {
  readonly dir: string
  readonly certificates: Certificates
  readonly client: { readonly certFile: string; readonly keyFile: string }
  readonly nats: NatsServer
  readonly postgres: PostgresServer
  readonly options: PlatformOptions
}): Readonly<Record<string, string>> {
  const { caFile, server } = certificates
  const url = postgres.url.replace('127.0.0.1', 'localhost')
  const hosts = ['localhost', '127.0.0.1', ...(options.sourceHosts ?? [])]
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    NODE_COMPILE_CACHE: join(dir, 'compile-cache'),
    TIDEMARK_NATS_URLS: nats.url,
    TIDEMARK_NATS_CA_FILE: caFile,
    TIDEMARK_NATS_CERT_FILE: client.certFile,
    TIDEMARK_NATS_KEY_FILE: client.keyFile,
    TIDEMARK_NATS_SEEDS_DIR: join(dir, 'seeds'),
    TIDEMARK_INSTALLATION_SECRET_FILE: join(dir, 'installation-secret'),
    TIDEMARK_HOST: '127.0.0.1',
    TIDEMARK_LOG: 'info',
    TIDEMARK_POSTGRES_URL: url,
    TIDEMARK_POSTGRES_CA_FILE: caFile,
    TIDEMARK_AUDIT_POSTGRES_URL: url,
    TIDEMARK_AUDIT_SEED_FILE: join(dir, 'audit-seed'),
    TIDEMARK_AUDIT_NAME: 'test',
    TIDEMARK_SOURCE_HOSTS: hosts.join(','),
    TIDEMARK_SOURCE_NETWORKS: '127.0.0.0/8',
    TIDEMARK_KUBECONFIG: options.kubeconfig,
    TIDEMARK_RENDER_PROCESSES: '1',
    TIDEMARK_TLS_CERT_FILE: server.certFile,
    TIDEMARK_TLS_KEY_FILE: server.keyFile,
    TIDEMARK_TOKENS_FILE: join(dir, 'tokens'),
    TIDEMARK_HOOK_SECRET_FILE: join(dir, 'hook-secret'),
    TIDEMARK_HOOK_TLS: 'proxy', // As behind an ingress; a test of its own has the gateway end it.
    ...options.env,
  }
}

interface Starting {
  readonly dir: string
  readonly base: Readonly<Record<string, string>>
  readonly certificates: Certificates
  readonly service: ServiceName | 'all'
  readonly start: StartOptions
  readonly options: PlatformOptions
}

let copies = 0

async function startService({
  dir,
  base,
  certificates,
  service,
  start,
  options,
}: Starting): Promise<ServiceProcess> {
  copies += 1
  const copy = `${service}-${copies}`
  const [adminPort, apiPort, hookPort] = [await freePort(), await freePort(), await freePort()]
  const cache = join(dir, copy)
  mkdirSync(cache)
  const root = start.root ?? options.root ?? join(import.meta.dirname, '../../..')
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const child = new Child({
    name: copy,
    program: process.execPath,
    args: ['--conditions=source', join(root, 'cli/src/main.ts'), 'serve', service],
    dir: cache,
    env: {
      ...base,
      HOSTNAME: copy,
      TIDEMARK_ADMIN_PORT: String(adminPort),
      TIDEMARK_API_PORT: String(apiPort),
      TIDEMARK_HOOK_PORT: String(hookPort),
      TIDEMARK_CACHE_DIR: cache,
      ...start.env,
    },
    ready: async () => start.until === 'started' || (await fetch(`${adminUrl}/readyz`)).ok,
    readyMs: 90_000,
  })
  await child.start()
  return {
    name: copy,
    adminUrl,
    apiPort,
    hookUrl: `http://127.0.0.1:${hookPort}/hooks/git`,
    log: () => child.log(),
    kill: () => child.stop('SIGKILL'),
    end: async () => {
      await child.stop('SIGTERM')
      return await child.exited
    },
    exited: child.exited,
    api: (token = TOKEN) =>
      new PlaneApi({
        address: `localhost:${apiPort}`,
        token,
        ca: readFileSync(certificates.caFile),
      }),
    [Symbol.asyncDispose]: () => child.stop('SIGKILL'),
  }
}
