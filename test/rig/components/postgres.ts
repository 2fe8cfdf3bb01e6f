import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import { Child, freePort, temporaryDir } from './child.ts'
import { program } from './component.ts'

const run = promisify(execFile)
const START_TRIES = 20 // After kill -9 the backends of the dead server hold its memory for a moment.

export interface PostgresOptions {
  /** Settings in the form `name=value`, as after `-c`. */
  readonly settings?: readonly string[]
}

export interface PostgresServer extends AsyncDisposable {
  /** Of the superuser `postgres`, without a password, on the database `postgres`. */
  readonly url: string
  readonly log: () => string
  /** kill -9 of the server process. */
  kill(): Promise<void>
  /** `pg_ctl stop -m immediate`: no checkpoint, recovery on the next start. */
  stopImmediately(): Promise<void>
  /** Starts it again on the same port and directory. */
  restart(): Promise<void>
}

/** A real Postgres with sync to disk as Debian ships it, in a directory of its own, over TCP on loopback. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binary = program('postgres')
  const dir = temporaryDir('postgres')
  const user = serverUser(dir.path)
  const port = await freePort()
  const data = join(dir.path, 'data')
  await initialize(join(dirname(binary), 'initdb'), data, user)
  const settings = [
    `port=${port}`,
    `unix_socket_directories=${dir.path}`,
    ...(options.settings ?? []),
  ]
  const child = new Child({
    name: 'postgres',
    program: binary,
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    dir: dir.path,
    ...(user === undefined ? {} : { user: user.name }),
    ready: () => isReady(join(dirname(binary), 'pg_isready'), port),
    readyMs: 30_000,
  })
  const start = (): Promise<void> => startAgain(child)
  await start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    log: () => child.log(),
    kill: () => child.stop('SIGKILL'),
    stopImmediately: () => child.stop('SIGQUIT'),
    restart: start,
    [Symbol.asyncDispose]: async () => {
      await child.stop('SIGQUIT')
      dir.remove()
    },
  }
}

interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Postgres refuses to run as root; then the directory is given to the user `postgres`. */
function serverUser(dir: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((row) => row.startsWith('postgres:'))
  const [name, , uid, gid] = line?.split(':') ?? []
  if (name === undefined) throw new Error('postgres: run by root, and there is no user `postgres`')
  const user = { name, uid: Number(uid), gid: Number(gid) }
  chownSync(dir, user.uid, user.gid)
  return user
}

async function initialize(initdb: string, data: string, user: User | undefined): Promise<void> {
  mkdirSync(data, { mode: 0o700 })
  if (user !== undefined) chownSync(data, user.uid, user.gid)
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid }
  await run(initdb, args, { ...identity, cwd: dirname(data) })
}

async function startAgain(child: Child): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await child.start()
      return
    } catch (error) {
      if (
        tries === START_TRIES ||
        !/shared memory block|is another postmaster/u.test(String(error))
      )
        throw error
      await sleep(100)
    }
  }
}

async function isReady(pgIsReady: string, port: number): Promise<boolean> {
  if (!existsSync(pgIsReady)) return false
  await run(pgIsReady, ['-h', '127.0.0.1', '-p', String(port), '-q'])
  return true
}
