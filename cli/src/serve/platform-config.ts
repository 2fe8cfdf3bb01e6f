import { parseMirror, type Mirror } from '@tidemark/fetcher'
import type { EnvironmentProxies } from '@tidemark/git'
import {
  ConfigError,
  ConfigReader,
  SNAPSHOT_EVENTS,
  type Environment,
  type LogLevel,
} from '@tidemark/service'

/** What the platform form takes from the environment. Nothing starts without TLS and identities (DECISIONS 19). */
export interface PlatformConfig {
  readonly nats: {
    readonly servers: readonly string[]
    readonly caFile: string
    readonly certFile: string | undefined
    readonly keyFile: string | undefined
    /** A file for each service, named after it, with its nkey seed. */
    readonly seedsDir: string
  }
  readonly installationSecretFile: string
  readonly host: string
  readonly adminPort: number
  readonly logLevel: LogLevel
  readonly otlpUrl: string | undefined
  /** The host's name, which of a container is that of its pod. */
  readonly hostName: string
  readonly snapshotEvents: number
}

export interface GatewayConfig {
  readonly apiPort: number
  readonly hookPort: number
  /** Who ends the TLS of webhooks: this process with the certificate of the API, or a proxy before it. */
  readonly hookTls: 'own' | 'proxy'
  readonly certFile: string
  readonly keyFile: string
  /** Lines `name role token`; role is viewer or operator. */
  readonly tokensFile: string
  readonly hookSecretFile: string
}

export interface AuditorConfig {
  readonly postgresUrl: string
  readonly postgresCaFile: string | undefined
  /** 64 hex digits. */
  readonly seedFile: string
  readonly name: string
  readonly lists: AddressLists
}

export interface FetcherConfig extends AddressLists {
  readonly cacheDir: string
}

/** Where sources may live, and notifications may go. */
export interface AddressLists {
  readonly hosts: readonly string[]
  readonly networks: readonly string[]
  readonly mirrors: readonly Mirror[]
}

/** `TIDEMARK_SNAPSHOT_EVENTS`, in both forms. */
export function readSnapshotEvents(reader: ConfigReader): number {
  const bounds = { min: 1, max: 100_000_000 }
  return reader.number('TIDEMARK_SNAPSHOT_EVENTS', SNAPSHOT_EVENTS, bounds)
}

const PORT = { min: 0, max: 65_535 }

/** What every service of the platform needs. */
export function readPlatformConfig(env: Environment): PlatformConfig {
  const reader = new ConfigReader(env)
  const servers = reader.list('TIDEMARK_NATS_URLS')
  if (servers.length === 0)
    throw new ConfigError(
      'TIDEMARK_NATS_URLS is not set: it gives the bus, such as tls://nats:4222',
    )
  const clear = servers.find((server) => !server.startsWith('tls://'))
  if (clear !== undefined)
    throw new ConfigError(
      `TIDEMARK_NATS_URLS has ${clear}: the platform form speaks TLS only; write tls://`,
    )
  return {
    nats: {
      servers,
      caFile: reader.required('TIDEMARK_NATS_CA_FILE', 'the certificate authority of the bus'),
      certFile: reader.optional('TIDEMARK_NATS_CERT_FILE'),
      keyFile: reader.optional('TIDEMARK_NATS_KEY_FILE'),
      seedsDir: reader.required(
        'TIDEMARK_NATS_SEEDS_DIR',
        'the folder with the nkey seed of each service; an open bus is refused',
      ),
    },
    installationSecretFile: reader.required(
      'TIDEMARK_INSTALLATION_SECRET_FILE',
      'the file with the 64 hex digits that blobs are sealed under',
    ),
    host: reader.optional('TIDEMARK_HOST') ?? '0.0.0.0',
    adminPort: reader.number('TIDEMARK_ADMIN_PORT', 9090, PORT),
    logLevel: reader.choice('TIDEMARK_LOG', 'info', ['debug', 'info', 'warn', 'error', 'silent']),
    otlpUrl: reader.optional('OTEL_EXPORTER_OTLP_ENDPOINT'),
    hostName: reader.optional('HOSTNAME') ?? 'process',
    snapshotEvents: readSnapshotEvents(reader),
  }
}

/** What the gateway needs beside it: it does not start without TLS and tokens. */
export function readGatewayConfig(env: Environment): GatewayConfig {
  const reader = new ConfigReader(env)
  return {
    apiPort: reader.number('TIDEMARK_API_PORT', 7373, PORT),
    hookPort: reader.number('TIDEMARK_HOOK_PORT', 7374, PORT),
    hookTls: reader.choice('TIDEMARK_HOOK_TLS', 'own', ['own', 'proxy']),
    certFile: reader.required('TIDEMARK_TLS_CERT_FILE', 'the certificate of the API'),
    keyFile: reader.required('TIDEMARK_TLS_KEY_FILE', 'the key of the API'),
    tokensFile: reader.required(
      'TIDEMARK_TOKENS_FILE',
      'who may use the API: lines "name role token"; an open API is refused',
    ),
    hookSecretFile: reader.required(
      'TIDEMARK_HOOK_SECRET_FILE',
      'the secret that webhooks are signed with',
    ),
  }
}

/** What the auditor needs beside it; notifications may go where sources may live. */
export function readAuditorConfig(env: Environment): AuditorConfig {
  const reader = new ConfigReader(env)
  return {
    postgresUrl: reader.databaseUrl('TIDEMARK_AUDIT_POSTGRES_URL', 'where the audit tree is kept'),
    postgresCaFile: reader.optional('TIDEMARK_POSTGRES_CA_FILE'),
    seedFile: reader.required('TIDEMARK_AUDIT_SEED_FILE', 'the 64 hex digits of the signing key'),
    name: reader.optional('TIDEMARK_AUDIT_NAME') ?? 'tidemark',
    lists: readAddresses(reader),
  }
}

/** What the fetcher needs beside it: where a source may live is the operator's to say (DECISIONS 18). */
export function readFetcherConfig(env: Environment): FetcherConfig {
  const reader = new ConfigReader(env)
  return {
    cacheDir: reader.required(
      'TIDEMARK_CACHE_DIR',
      'a folder for what Git sends; it may be emptied',
    ),
    ...readAddresses(reader),
  }
}

function readAddresses(reader: ConfigReader): AddressLists {
  return {
    hosts: reader.list('TIDEMARK_SOURCE_HOSTS'),
    networks: reader.list('TIDEMARK_SOURCE_NETWORKS'),
    mirrors: readMirrors('TIDEMARK_SOURCE_MIRRORS', reader.list('TIDEMARK_SOURCE_MIRRORS')),
  }
}

/** `FROM=TO` each; an error names what is none, and where it stands. */
export function readMirrors(where: string, texts: readonly string[]): readonly Mirror[] {
  return texts.map((text) => {
    const mirror = parseMirror(text)
    if (mirror !== undefined) return mirror
    throw new ConfigError(
      `${where} ${text}: write FROM=TO, such as ghcr.io=registry.local:5000/ghcr, or http:// before TO where it has no TLS`,
    )
  })
}

/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in capitals or not, as most programs read them. */
export function readProxies(env: Environment): EnvironmentProxies {
  const reader = new ConfigReader(env)
  const either = (name: string): string | undefined =>
    reader.optional(name.toLowerCase()) ?? reader.optional(name)
  return { http: either('HTTP_PROXY'), https: either('HTTPS_PROXY'), none: either('NO_PROXY') }
}

/** `TIDEMARK_REFUSE_FORCE_PUSHES`, in both forms: projects whose sources only go forward; `*` is all. */
export function readRefuseForcePushes(env: Environment): readonly string[] {
  return new ConfigReader(env).list('TIDEMARK_REFUSE_FORCE_PUSHES')
}

/** What the applier and the renderer need beside it. */
export function readWorkerConfig(env: Environment): {
  readonly kubeconfig: string | undefined
  /** The one cluster that the applier is confined to. */
  readonly cluster: string | undefined
  readonly renderChildren: number
} {
  const reader = new ConfigReader(env)
  return {
    kubeconfig: reader.optional('TIDEMARK_KUBECONFIG'),
    cluster: reader.optional('TIDEMARK_APPLIER_CLUSTER'),
    renderChildren: reader.number('TIDEMARK_RENDER_PROCESSES', 2, { min: 1, max: 64 }),
  }
}
