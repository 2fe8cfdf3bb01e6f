import { ConfigError, ConfigReader, type Environment } from '@tidemark/service'

/** Where the events are. */
export type StoreConfig =
  | { readonly kind: 'pglite'; readonly dataDir: string }
  | {
      readonly kind: 'postgres'
      /** Holds the password; shown nowhere. */
      readonly url: string
      /** `off` only where nothing but this machine is between, and never in the platform form. */
      readonly tls:
        | { readonly kind: 'verified'; readonly caFile?: string }
        | { readonly kind: 'off' }
    }

/** What the bus keeps of the log. It is a cache: the store has it all. */
export interface LogStreamConfig {
  readonly replicas: number
  readonly bytesMax: number
  readonly ageMaxMs: number
}

export interface LedgerConfig {
  readonly store: StoreConfig
  readonly logStream: LogStreamConfig
}

const GIB = 1024 ** 3
const DAY_MS = 86_400_000

/** Reads what the ledger service needs. Throws `ConfigError` naming the variable and what to do. */
export function readLedgerConfig(env: Environment, form: 'embedded' | 'platform'): LedgerConfig {
  const reader = new ConfigReader(env)
  return {
    store: readStore(reader, form),
    logStream: {
      replicas: reader.number('TIDEMARK_LOG_STREAM_REPLICAS', 1, { min: 1, max: 5 }),
      bytesMax: GIB * reader.number('TIDEMARK_LOG_STREAM_GIB_MAX', 4, { min: 1, max: 1024 }),
      ageMaxMs: DAY_MS * reader.number('TIDEMARK_LOG_STREAM_DAYS_MAX', 14, { min: 1, max: 365 }),
    },
  }
}

function readStore(reader: ConfigReader, form: 'embedded' | 'platform'): StoreConfig {
  const url = reader.optional('TIDEMARK_POSTGRES_URL')
  if (url === undefined) {
    if (form === 'platform')
      throw new ConfigError(
        'TIDEMARK_POSTGRES_URL is not set: the platform form keeps its events in Postgres',
      )
    const what = 'the directory that the events are kept in'
    return { kind: 'pglite', dataDir: reader.required('TIDEMARK_LEDGER_DIR', what) }
  }
  const tls = reader.choice('TIDEMARK_POSTGRES_TLS', 'verified', ['verified', 'off'])
  if (tls === 'off' && form === 'platform')
    throw new ConfigError("TIDEMARK_POSTGRES_TLS is 'off': the platform form needs TLS")
  if (tls === 'off') return { kind: 'postgres', url, tls: { kind: 'off' } }
  const caFile = reader.optional('TIDEMARK_POSTGRES_CA_FILE')
  return {
    kind: 'postgres',
    url: reader.databaseUrl('TIDEMARK_POSTGRES_URL', 'where the events are kept'),
    tls: { kind: 'verified', ...(caFile === undefined ? {} : { caFile }) },
  }
}
