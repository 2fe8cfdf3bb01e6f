import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { SshLogin } from '../git-source.ts'
import { SEARCH_PATH } from '../system-git/git-program.ts'
import { type Askpass, makeAskpass } from './ssh-askpass.ts'
import { hasPassphrase } from './ssh-key.ts'
import { locked, type SshSaid, wrongPassphrase } from './ssh-failure.ts'

export type SshChild = ChildProcessByStdio<Writable, Readable, Readable>

export interface SshCall {
  /** Where the files of one connection lie while it lasts; a folder that only we can read. */
  readonly folder: string
  readonly login: SshLogin
  readonly user: string
  /** The name and port that the key of the server belongs to. */
  readonly host: string
  readonly port: number
  /** What is connected to: an address that was held against the policy, or a door to the proxy. */
  readonly at: { readonly address: string; readonly port: number }
  readonly command: string
  readonly connectSeconds: number
}

/** A connection; disposing it ends it and removes its files. */
export interface SshConnection extends AsyncDisposable {
  readonly child: SshChild
  /** What ssh and the server wrote beside the protocol so far. */
  readonly said: () => SshSaid
}

const SAID_CHARS_MAX = 16 * 1024 // What a server writes beside the protocol; a banner is a few lines.

/**
 * Starts the `ssh` of this machine with nothing of its configuration: the host must be in the given known hosts, one
 * key signs in, nothing is forwarded, nobody is asked. The key is in a file of our own while the connection lasts,
 * as it is in the Secret: where it has a passphrase, that is never in a file.
 */
export async function startSsh(call: SshCall): Promise<SshConnection> {
  const folder = join(call.folder, randomUUID())
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const isLocked = hasPassphrase(call.login.identity.reveal())
  const passphrase = isLocked ? passphraseOf(call.login) : undefined
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const askpass = passphrase === undefined ? undefined : await makeAskpass(folder, passphrase)
    const files = await writeFiles(folder, call.login)
    const child = spawn('ssh', sshArguments(call, files, askpass), {
      env: { PATH: SEARCH_PATH, HOME: folder, LC_ALL: 'C', ...askpass?.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.on('error', () => undefined) // Told by `closed` of whoever reads it.
    child.stdin.on('error', () => undefined) // The other side may close first; what it said tells why.
    return {
      child,
      said: listen(child, askpass),
      [Symbol.asyncDispose]: async () => {
        child.kill('SIGKILL')
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

function passphraseOf({ passphrase }: SshLogin): NonNullable<SshLogin['passphrase']> {
  if (passphrase === undefined || passphrase.reveal() === '') throw locked()
  if (/[\r\n\0]/u.test(passphrase.reveal())) throw wrongPassphrase('it has a line break in it')
  return passphrase
}

interface Files {
  readonly identity: string
  readonly knownHosts: string
}

async function writeFiles(folder: string, login: SshLogin): Promise<Files> {
  const files = { identity: join(folder, 'identity'), knownHosts: join(folder, 'known_hosts') }
  // OpenSSH refuses a key file without a newline at its end.
  await writeFile(files.identity, `${login.identity.reveal().trimEnd()}\n`, { mode: 0o600 })
  await writeFile(files.knownHosts, login.knownHosts, { mode: 0o600 })
  return files
}

/** Keeps what is said, and answers the questions in it. */
function listen(child: SshChild, askpass: Askpass | undefined): () => SshSaid {
  let text = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (printed: string) => {
    if (text.length < SAID_CHARS_MAX) text += printed
    text = askpass?.hear(text, (line) => child.stdin.write(line)) ?? text
  })
  return () => ({ text, asked: askpass?.asked ?? 0 })
}

function sshArguments(
  call: SshCall,
  { identity, knownHosts }: Files,
  askpass: Askpass | undefined,
): readonly string[] {
  const { host, port, at, connectSeconds } = call
  const settings = [
    // With a passphrase ssh may ask for that; for nothing else, as no other way to sign in is left.
    ...(askpass === undefined ? ['BatchMode=yes'] : ['NumberOfPasswordPrompts=2']),
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    // The name, not the address that it has just now, is what the key must belong to.
    `HostKeyAlias=${port === 22 ? host : `[${host}]:${port}`}`,
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    `IdentityFile=${identity}`,
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PreferredAuthentications=publickey',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'PermitLocalCommand=no',
    'ControlMaster=no',
    'ControlPath=none',
    `ConnectTimeout=${connectSeconds}`,
    'SetEnv=GIT_PROTOCOL=version=2',
    'LogLevel=ERROR',
  ]
  return [
    '-F',
    'none',
    '-T',
    ...settings.flatMap((setting) => ['-o', setting]),
    '-p',
    String(at.port),
    '-l',
    call.user,
    '--',
    at.address,
    call.command,
  ]
}
