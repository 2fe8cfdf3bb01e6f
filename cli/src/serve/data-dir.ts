import { Secret, type Random } from '@tidemark/kernel'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Where the embedded form keeps its state. Everything is below one folder, which only its owner can read. */
export interface DataDir {
  readonly path: string
  readonly ledger: string
  readonly blobs: string
  readonly audit: string
  readonly gitCache: string
  readonly sandbox: string
  readonly sample: string
  /** How the command line finds the running server. */
  readonly server: string
  /** 32 random bytes that names and keyed digests hang on. Losing it loses the blobs. */
  readonly installationSecret: Secret<Uint8Array>
  readonly auditSeed: Secret<Uint8Array>
  readonly hookSecret: Secret<string>
}

/** Opens a data folder, and makes what is missing in it. */
export async function openDataDir(path: string, random: Random): Promise<DataDir> {
  const root = resolve(path)
  const at = (name: string): string => join(root, name)
  await mkdir(at('keys'), { recursive: true, mode: 0o700 })
  const seed = async (name: string): Promise<Uint8Array> =>
    Buffer.from(await readOrMake(at(join('keys', name)), () => hex(random)), 'hex')
  return {
    path: root,
    ledger: at('ledger'),
    blobs: at('blobs'),
    audit: at('audit'),
    gitCache: at('git-cache'),
    sandbox: at('sandbox'),
    sample: at('sample.git'),
    server: at('server.json'),
    installationSecret: new Secret(await seed('installation')),
    auditSeed: new Secret(await seed('audit')),
    hookSecret: new Secret(await readOrMake(at('keys/hook'), () => hex(random))),
  }
}

/** Writes a file that only its owner can read: beside its place, synced, and renamed into it. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const text = make()
    await writePrivate(path, `${text}\n`)
    return text
  }
}

function hex(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('hex')
}
