import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PROGRAM = join(import.meta.dirname, '../../../../.components/bin/nats-server')
const SETPRIV = '/usr/bin/setpriv' // On Linux the server ends with the test process, however that ends.
const READY_MS = 20_000

/** Why tests with a real server are skipped here, or undefined when they need not be. */
export function natsServerMissing(): string | undefined {
  return isExecutable(PROGRAM) ? undefined : 'nats-server is missing: run npm run components'
}

/** A real nats-server on a free port of the loopback interface. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again on the same port and directory. */
  restart(): Promise<void>
}

/** Starts a server. `config` is a server configuration, which is JSON too. */
export async function startNatsServer(
  config: Readonly<Record<string, unknown>> = {},
): Promise<NatsServer> {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-nats-'))
  const [port, monitor] = [await freePort(), await freePort()]
  const file = join(dir, 'nats.conf')
  const listening = { listen: `127.0.0.1:${port}`, http: `127.0.0.1:${monitor}` }
  const storing = { jetstream: { store_dir: join(dir, 'jetstream') } }
  writeFileSync(file, JSON.stringify({ ...config, ...listening, ...storing }))
  let child = await start(file, monitor)
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: () => end(child),
    restart: async () => {
      child = await start(file, monitor)
    },
    [Symbol.asyncDispose]: async () => {
      await end(child)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function start(file: string, monitor: number): Promise<ChildProcess> {
  const server = [PROGRAM, '-c', file]
  const [command = PROGRAM, ...rest] = isExecutable(SETPRIV)
    ? [SETPRIV, '--pdeathsig', 'KILL', ...server]
    : server
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  const log: string[] = []
  child.stderr?.on('data', (text: Buffer) => log.push(text.toString()))
  const until = performance.now() + READY_MS
  while (performance.now() < until && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${monitor}/healthz`).catch(() => undefined)
    if (answer?.ok === true) return child
    await sleep(25)
  }
  await end(child)
  throw new Error(`nats-server was not ready:\n${log.join('').slice(-2_000)}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill('SIGKILL')
  await gone
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      server.close(() => resolve(port))
    })
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
