import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'

import { accepts, Child, freePort, startIn, temporaryDir } from './child.ts'
import { program } from './component.ts'

export interface SshdOptions {
  /** Whether the server takes the variable by which clients ask for version 2 of Git's protocol. */
  readonly gitProtocol: 'taken' | 'not taken'
  /** Of the key that is let in: only some can be written in the forms of before OpenSSH's own. */
  readonly keyType?: 'ed25519' | 'ecdsa'
}

export interface Sshd extends AsyncDisposable {
  /** `ssh://user@localhost:port`, to which the path of a repository is added. */
  readonly url: string
  /** The private key that the server lets in. */
  readonly identity: string
  /** The line that `ssh-keyscan` prints. */
  readonly knownHosts: string
  readonly log: () => string
}

/** A real sshd on a free port of loopback that lets one key in, as the user who runs the test. */
export async function startSshd({ gitProtocol, keyType = 'ed25519' }: SshdOptions): Promise<Sshd> {
  const binary = program('sshd')
  const dir = temporaryDir('sshd')
  const port = await freePort()
  const at = (name: string): string => join(dir.path, name)
  const [host, user] = [makeKey(''), makeKey('', keyType)]
  writeFileSync(at('host'), host.privateKey, { mode: 0o600 })
  writeFileSync(at('authorized_keys'), user.publicKey, { mode: 0o600 })
  writeFileSync(
    at('config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no', // The folder for temporary files is everybody's.
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      ...(gitProtocol === 'taken' ? ['AcceptEnv GIT_PROTOCOL'] : []),
      '',
    ].join('\n'),
  )
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true }) // As root it parts its rights there.
  const child = new Child({
    name: 'sshd',
    program: binary,
    args: ['-D', '-e', '-f', at('config')],
    dir: dir.path,
    ready: () => accepts(port),
    readyMs: 20_000,
  })
  const end = await startIn(dir, child)
  return {
    url: `ssh://${userInfo().username}@localhost:${port}`,
    identity: user.privateKey,
    knownHosts: `[localhost]:${port} ${host.publicKey}`,
    log: () => child.log(),
    [Symbol.asyncDispose]: end,
  }
}

const FORMS = { OpenSSH: [], PEM: ['-m', 'PEM'], PKCS8: ['-m', 'PKCS8'] } as const

/** The same key under a passphrase. */
export function lockKey(privateKey: string, passphrase: string, form: keyof typeof FORMS): string {
  const dir = temporaryDir('ssh-key')
  try {
    const path = join(dir.path, 'key')
    writeFileSync(path, privateKey, { mode: 0o600 })
    keygen(['-p', '-P', '', '-N', passphrase, ...FORMS[form], '-f', path])
    return readFileSync(path, 'utf8')
  } finally {
    dir.remove()
  }
}

/** A new pair; an empty passphrase is none. */
export function makeKey(
  passphrase: string,
  type: 'ed25519' | 'ecdsa' = 'ed25519',
): {
  readonly privateKey: string
  readonly publicKey: string
} {
  const dir = temporaryDir('ssh-key')
  try {
    const path = join(dir.path, 'key')
    keygen(['-q', '-t', type, '-N', passphrase, '-f', path])
    return {
      privateKey: readFileSync(path, 'utf8'),
      publicKey: readFileSync(`${path}.pub`, 'utf8'),
    }
  } finally {
    dir.remove()
  }
}

function keygen(args: readonly string[]): void {
  const { status, stderr } = spawnSync(join(dirname(program('ssh')), 'ssh-keygen'), args, {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`ssh-keygen ended with ${status}: ${stderr}`)
}
