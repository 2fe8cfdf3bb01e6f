import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { SshLogin } from '../git-source.ts'
import { SEARCH_PATH } from '../system-git/git-program.ts'

export type SshChild = ChildProcessByStdio<Writable, Readable, Readable>

export interface SshCall {
  /** Where the files of one connection lie while it lasts; a folder that only we can read. */
  readonly folder: string
  readonly login: SshLogin
  readonly user: string
  readonly host: string
  readonly port: number
  /** The address of the host that was held against the policy: this is what is connected to. */
  readonly address: string
  readonly command: string
  readonly connectSeconds: number
}

/** A connection; disposing it ends it and removes its files. */
export interface SshConnection extends AsyncDisposable {
  readonly child: SshChild
}

/**
 * Starts the `ssh` of this machine with nothing of its configuration: the host must be in the given known hosts, one
 * key signs in, nothing is forwarded, nobody is asked. The key is in a file of our own while the connection lasts.
 */
export async function startSsh(call: SshCall): Promise<SshConnection> {
  const folder = join(call.folder, randomUUID())
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [identity, knownHosts] = [join(folder, 'identity'), join(folder, 'known_hosts')]
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    // OpenSSH refuses a key file without a newline at its end.
    const key = `${call.login.identity.reveal().trimEnd()}\n`
    await writeFile(identity, key, { mode: 0o600 })
    await writeFile(knownHosts, call.login.knownHosts, { mode: 0o600 })
    const child = spawn('ssh', sshArguments(call, { identity, knownHosts }), {
      env: { PATH: SEARCH_PATH, HOME: folder, LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.on('error', () => undefined) // Told by `closed` of whoever reads it.
    child.stdin.on('error', () => undefined) // The other side may close first; what it said tells why.
    return {
      child,
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

function sshArguments(
  call: SshCall,
  { identity, knownHosts }: { readonly identity: string; readonly knownHosts: string },
): readonly string[] {
  const { host, port, connectSeconds } = call
  const settings = [
    'BatchMode=yes',
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
    String(port),
    '-l',
    call.user,
    '--',
    call.address,
    call.command,
  ]
}
