import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates, type Certificates } from '../rig/components/certificates.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startNats, type NatsServer } from '../rig/components/nats.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'src', 'main.ts')
const SERVICES = ['ledger', 'fetcher', 'renderer', 'releaser', 'applier', 'auditor', 'gateway']
const KEY = '0123456789abcdef8899aabbccddeeff1032547698badcfe7766554433221100'
const dir = temporaryDir('refusals')

afterAll(() => dir.remove())

function file(name: string, text: string): string {
  const path = join(dir.path, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

type Env = Readonly<Record<string, string | undefined>>

/** All settings of every service; nothing listens at the addresses. */
const COMPLETE: Env = {
  TIDEMARK_NATS_URLS: 'tls://localhost:1',
  TIDEMARK_NATS_CA_FILE: file('ca.crt', 'certificate'),
  TIDEMARK_NATS_SEEDS_DIR: dir.path,
  TIDEMARK_INSTALLATION_SECRET_FILE: file('installation', KEY),
  TIDEMARK_HOST: '127.0.0.1',
  TIDEMARK_ADMIN_PORT: '0',
  TIDEMARK_API_PORT: '0',
  TIDEMARK_HOOK_PORT: '0',
  TIDEMARK_LOG: 'silent',
  TIDEMARK_POSTGRES_URL: 'postgres://tidemark:hidden@localhost:1/tidemark',
  TIDEMARK_AUDIT_POSTGRES_URL: 'postgres://tidemark:hidden@localhost:1/tidemark',
  TIDEMARK_AUDIT_SEED_FILE: file('audit-seed', KEY),
  TIDEMARK_CACHE_DIR: dir.path,
  TIDEMARK_TLS_CERT_FILE: file('tls.crt', 'certificate'),
  TIDEMARK_TLS_KEY_FILE: file('tls.key', 'key'),
  TIDEMARK_TOKENS_FILE: file('tokens', 'ada operator hidden-token\n'),
  TIDEMARK_HOOK_SECRET_FILE: file('hook-secret', 'hidden'),
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `tidemark serve` with these settings beside the complete ones; `undefined` takes one away. */
function serve(service: string, settings: Env): Promise<Ended> {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: dir.path,
    NODE_COMPILE_CACHE: join(dir.path, 'compile-cache'),
  }
  for (const [name, value] of Object.entries({ ...COMPLETE, ...settings }))
    if (value !== undefined) env[name] = value
  const args = ['--conditions=source', MAIN, 'serve', service]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

/** What is wrong with how it ended: it must fail, with one line that says all of `parts` and no secret. */
function complaints({ code, stdout, stderr }: Ended, parts: readonly string[]): readonly string[] {
  const lines = stderr.trim().split('\n')
  return [
    ...(code === 1 ? [] : [`it ended with ${code}`]),
    ...(lines.length === 1 ? [] : [`it said ${lines.length} lines: ${stderr}`]),
    ...(stdout === '' ? [] : [`it printed ${stdout}`]),
    ...parts.filter((part) => !stderr.includes(part)).map((part) => `not "${part}": ${stderr}`),
    ...['hidden', KEY].filter((secret) => stderr.includes(secret)).map(() => `a secret: ${stderr}`),
  ]
}

const empty = file('empty', '\n')
const NEEDED: readonly (readonly [service: string, variable: string])[] = [
  // What all services need is read in one place.
  ['ledger', 'TIDEMARK_NATS_URLS'],
  ['renderer', 'TIDEMARK_NATS_CA_FILE'],
  ['releaser', 'TIDEMARK_NATS_SEEDS_DIR'],
  ['applier', 'TIDEMARK_INSTALLATION_SECRET_FILE'],
  ['ledger', 'TIDEMARK_POSTGRES_URL'],
  ['fetcher', 'TIDEMARK_CACHE_DIR'],
  ['auditor', 'TIDEMARK_AUDIT_POSTGRES_URL'],
  ['auditor', 'TIDEMARK_AUDIT_SEED_FILE'],
  ['gateway', 'TIDEMARK_TLS_CERT_FILE'],
  ['gateway', 'TIDEMARK_TLS_KEY_FILE'],
  ['gateway', 'TIDEMARK_TOKENS_FILE'],
  ['gateway', 'TIDEMARK_HOOK_SECRET_FILE'],
]

interface Unfit {
  readonly title: string
  readonly service: string
  readonly settings: Env
  readonly says: readonly string[]
}

const UNFIT: readonly Unfit[] = [
  {
    title: 'a bus that is spoken to in clear',
    service: 'fetcher',
    settings: { TIDEMARK_NATS_URLS: 'tls://localhost:1,nats://localhost:2' },
    says: ['TIDEMARK_NATS_URLS', 'nats://localhost:2', 'write tls://'],
  },
  {
    title: 'events in Postgres without TLS',
    service: 'ledger',
    settings: { TIDEMARK_POSTGRES_TLS: 'off' },
    says: ['TIDEMARK_POSTGRES_TLS', 'the platform form needs TLS'],
  },
  ...['sslmode=disable', 'sslmode=no-verify', 'ssl=false'].flatMap((parameter): Unfit[] => {
    const url = `postgres://tidemark:hidden@localhost:1/tidemark?${parameter}`
    return [
      {
        title: `an event store whose address has ${parameter}`,
        service: 'ledger',
        settings: { TIDEMARK_POSTGRES_URL: url },
        says: ['TIDEMARK_POSTGRES_URL', 'leave it out'],
      },
      {
        title: `an audit tree whose address has ${parameter}`,
        service: 'auditor',
        settings: { TIDEMARK_AUDIT_POSTGRES_URL: url },
        says: ['TIDEMARK_AUDIT_POSTGRES_URL', 'leave it out'],
      },
    ]
  }),
  {
    title: 'an API that nobody may use',
    service: 'gateway',
    settings: { TIDEMARK_TOKENS_FILE: file('nobody', '# nobody yet\n') },
    says: ['TIDEMARK_TOKENS_FILE', 'names nobody', 'name role token'],
  },
  {
    title: 'a role that there is not',
    service: 'gateway',
    settings: { TIDEMARK_TOKENS_FILE: file('roles', 'ada operator x\nbob owner hidden-token\n') },
    says: ['TIDEMARK_TOKENS_FILE', ':2:', 'viewer or operator'],
  },
  {
    title: 'webhooks that everybody could sign',
    service: 'gateway',
    settings: { TIDEMARK_HOOK_SECRET_FILE: empty },
    says: ['TIDEMARK_HOOK_SECRET_FILE', 'is empty'],
  },
  {
    title: 'a file that is not there',
    service: 'gateway',
    settings: { TIDEMARK_TLS_KEY_FILE: join(dir.path, 'no-such-file') },
    says: ['TIDEMARK_TLS_KEY_FILE', 'no-such-file', 'ENOENT'],
  },
  {
    title: 'an installation secret that is none',
    service: 'renderer',
    settings: { TIDEMARK_INSTALLATION_SECRET_FILE: file('short', 'abc') },
    says: ['TIDEMARK_INSTALLATION_SECRET_FILE', '64 hex digits'],
  },
  {
    title: 'a signing key that is none',
    service: 'auditor',
    settings: { TIDEMARK_AUDIT_SEED_FILE: file('short-seed', 'abc') },
    says: ['TIDEMARK_AUDIT_SEED_FILE', '64 hex digits'],
  },
  {
    title: 'a service without an identity on the bus',
    service: 'applier',
    settings: {},
    says: ['nkey seed of applier', join(dir.path, 'applier')],
  },
]

describe.concurrent('the platform form does not start', () => {
  test.each(NEEDED)(
    '%s, without %s',
    async (service, variable) => {
      const ended = await serve(service, { [variable]: undefined })
      expect(complaints(ended, [variable, 'is not set'])).toEqual([])
    },
    120_000,
  )

  test.each(UNFIT)(
    '$title',
    async ({ service, settings, says }) => {
      expect(complaints(await serve(service, settings), says)).toEqual([])
    },
    120_000,
  )
})

describeWith(['nats-server', 'openssl'], 'on a real bus', () => {
  const stack = new AsyncDisposableStack()
  let certificates: Certificates
  let open: NatsServer
  const seeds = join(dir.path, 'seeds')

  beforeAll(async () => {
    certificates = stack.use(await makeCertificates())
    const { server, caFile } = certificates
    open = stack.use(await startNats({ tls: { ...server, caFile } }))
    mkdirSync(seeds)
    const { createUser } = await import('@nats-io/nkeys')
    for (const service of SERVICES)
      writeFileSync(join(seeds, service), Buffer.from(createUser().getSeed()))
  })
  afterAll(() => stack.disposeAsync())

  test.each(SERVICES)(
    'the %s does not start where everybody may say everything',
    async (service) => {
      const client = await certificates.client(service)
      const { server, caFile } = certificates
      const ended = await serve(service, {
        TIDEMARK_NATS_URLS: open.url,
        TIDEMARK_NATS_CA_FILE: caFile,
        TIDEMARK_NATS_CERT_FILE: client.certFile,
        TIDEMARK_NATS_KEY_FILE: client.keyFile,
        TIDEMARK_NATS_SEEDS_DIR: seeds,
        TIDEMARK_TLS_CERT_FILE: server.certFile,
        TIDEMARK_TLS_KEY_FILE: server.keyFile,
      })
      const says = [`the bus lets ${service} publish on`, 'docs/operations.md']
      expect(complaints(ended, says)).toEqual([])
    },
    120_000,
  )
})
