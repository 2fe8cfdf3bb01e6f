import { natsServerConfig, newNkey, type NatsUser } from '@tidemark/bus'
import { WRITERS } from '@tidemark/contracts'
import { systemRandom } from '@tidemark/kernel'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../client/exit-codes.ts'
import { tell } from '../client/print.ts'

export interface KeysOptions {
  readonly natsTlsDir: string
}

/**
 * `tidemark keys FOLDER`: what a new platform is told apart by. Nothing is ever overwritten: who loses the
 * installation secret loses every blob.
 */
export async function keys(folder: string, { natsTlsDir }: KeysOptions): Promise<void> {
  await makeFolder(folder)
  const token = fresh(24, 'base64url')
  await writeFolder(join(folder, 'secrets'), {
    'installation-secret': fresh(32, 'hex'),
    'audit-seed': fresh(32, 'hex'),
    'hook-secret': fresh(32, 'hex'),
    tokens: `# name role token\noperator operator ${token}`,
  })
  const pairs = WRITERS.map((service) => ({ service, pair: newNkey() }))
  await writeFolder(
    join(folder, 'nats-seeds'),
    Object.fromEntries(pairs.map(({ service, pair }) => [service, pair.seed.reveal()])),
  )
  const users = pairs.map(({ service, pair }): NatsUser => {
    const identity = { kind: 'nkey', publicKey: pair.publicKey } as const
    return service === 'ledger'
      ? { role: 'ledger', identity }
      : { role: 'service', identity, service }
  })
  const inTls = (name: string): string => `${natsTlsDir}/${name}`
  const tls = { certFile: inTls('tls.crt'), keyFile: inTls('tls.key'), caFile: inTls('ca.crt') }
  await write(join(folder, 'operator-token'), token)
  await write(join(folder, 'nats.conf'), configText(natsServerConfig({ users, tls })))
  tell(
    `${folder}/secrets and ${folder}/nats-seeds: for the services; ${folder}/nats.conf: for nats-server, which needs jetstream too; ${folder}/operator-token: for --token-file`,
  )
  tell(`keep a copy of ${folder}/secrets/installation-secret: without it no blob can be read`)
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new CommandError(
      code === 'EEXIST'
        ? `${folder} is there already: name a new folder, keys are never overwritten`
        : `cannot make ${folder}: ${code}`,
    )
  }
}

async function writeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  for (const [name, text] of Object.entries(files)) await write(join(folder, name), text)
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, `${text}\n`, { mode: 0o600, flag: 'wx' })
}

function configText(config: Readonly<Record<string, unknown>>): string {
  return Object.entries(config)
    .map(([key, value]) => `${key}: ${JSON.stringify(value, undefined, 2)}`)
    .join('\n')
}

function fresh(bytes: number, encoding: 'hex' | 'base64url'): string {
  return Buffer.from(systemRandom.bytes(bytes)).toString(encoding)
}
