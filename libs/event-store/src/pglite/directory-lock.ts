import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { DirectoryInUse } from '../postgres/open-errors.ts'

/** Held until it is disposed, or its process ends in any way. */
export type DirectoryLock = AsyncDisposable

const OWNER_FILE = 'owner.json'

/** Who has a directory, in words that outlive it. */
interface Owner {
  readonly pid: number
  /** When the process began, by the machine's own account; tells a reused pid. */
  readonly started: string
  /** Tells a pid of before the last boot. */
  readonly boot: string
}

/**
 * Takes a directory for this process alone, or throws {@link DirectoryInUse} at once with the pid of the process
 * that has it. On Linux the lock is an abstract socket, which the kernel takes back when its process ends,
 * however it ends; elsewhere it is a file that is made only where there is none.
 */
export function lockDirectory(dir: string): Promise<DirectoryLock> {
  return process.platform === 'linux' ? lockBySocket(dir) : Promise.resolve(lockByFile(dir))
}

/** By an abstract socket named by the directory. The file beside it only says who has it. */
export async function lockBySocket(dir: string): Promise<DirectoryLock> {
  const name = hash('sha256', realpathSync(dir), 'hex')
  const server = createServer((socket) => socket.destroy())
  const taken = await listens(server, `\0tidemark-${name}`)
  if (!taken) throw new DirectoryInUse(dir, readOwner(join(dir, OWNER_FILE))?.pid)
  server.unref()
  writeFileSync(join(dir, OWNER_FILE), JSON.stringify(self()))
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}

/** By a file. One that a dead process left behind is moved away first. */
export function lockByFile(dir: string): DirectoryLock {
  const path = join(dir, OWNER_FILE)
  if (!creates(path)) {
    const owner = readOwner(path)
    if (owner !== undefined && isAlive(owner)) throw new DirectoryInUse(dir, owner.pid)
    moveAway(dir, path, owner)
    if (!creates(path)) throw new DirectoryInUse(dir, readOwner(path)?.pid)
  }
  return {
    [Symbol.asyncDispose]: () => {
      if (readOwner(path)?.pid === process.pid) rmSync(path, { force: true })
      return Promise.resolve()
    },
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen({ path }, () => resolve(true))
  })
}

function creates(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify(self()), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Two may find the same dead owner. Whoever moves away a file that is not the dead one's puts it back. */
function moveAway(dir: string, path: string, dead: Owner | undefined): void {
  const aside = join(dir, `${OWNER_FILE}.${process.pid}`)
  try {
    renameSync(path, aside)
    if (JSON.stringify(readOwner(aside)) !== JSON.stringify(dead)) linkSync(aside, path)
  } catch {
    return // The other one was faster. Making the file decides.
  } finally {
    rmSync(aside, { force: true })
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isOwner(owner) ? owner : undefined
  } catch {
    return undefined // Not there, or half written by a process that died.
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'started' in value &&
    'boot' in value
  )
}

function isAlive({ pid, started, boot }: Owner): boolean {
  if (boot !== bootId()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const now = startOf(pid)
  return started === '' || now === '' || now === started
}

function self(): Owner {
  return { pid: process.pid, started: startOf(process.pid), boot: bootId() }
}

/** When a process began, as `ps` says it; empty where there is no `ps`. */
function startOf(pid: number): string {
  return output('ps', ['-o', 'lstart=', '-p', String(pid)])
}

/** What changes with each boot; empty where the system does not say. */
function bootId(): string {
  if (process.platform === 'linux')
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return process.platform === 'darwin' ? output('sysctl', ['-n', 'kern.bootsessionuuid']) : ''
}

function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return ''
  }
}
