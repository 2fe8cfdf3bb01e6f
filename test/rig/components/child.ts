// A component's process: started with its output in a file, awaited until it answers, and gone with its test.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const SETPRIV = '/usr/bin/setpriv' // Linux: lets the kernel end the child with us, however we end.
const LOG_TAIL = 2_000 // What an error shows of a component's own words.
const PROBE_MS = 25

export interface ChildSpec {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly dir: string
  /** The user to run as, where the program refuses to be root. */
  readonly user?: string
  readonly env?: Readonly<Record<string, string>>
  /** Answers whether the component is ready; a rejection counts as no. */
  readonly ready: () => Promise<boolean>
  readonly readyMs: number
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One component's process, which can be ended and started again on the same files. */
export class Child {
  readonly #spec: ChildSpec
  #process: ChildProcess | undefined
  #exited: Promise<Exit> = Promise.resolve({ code: 0, signal: null })

  constructor(spec: ChildSpec) {
    this.#spec = spec
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** How the process that was started last ended; waits for its end. */
  get exited(): Promise<Exit> {
    return this.#exited
  }

  /** The component's output so far. */
  log(): string {
    const path = this.#logPath()
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  /** Starts the process and waits until it is ready. Throws with the end of its log when it is not. */
  async start(): Promise<void> {
    const { name, ready, readyMs } = this.#spec
    const until = performance.now() + readyMs
    const child = this.#spawn()
    this.#process = child
    while (performance.now() < until) {
      if (child.exitCode !== null || child.signalCode !== null) break
      if (await ready().catch(() => false)) return
      await sleep(PROBE_MS)
    }
    await this.stop('SIGKILL')
    throw new Error(`${name} was not ready after ${readyMs} ms:\n${this.log().slice(-LOG_TAIL)}`)
  }

  /** Sends a signal and waits until the process is gone. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
    })
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(timer)
  }

  #spawn(): ChildProcess {
    const { name, program, args, dir, user, env } = this.#spec
    const [command, ...rest] = withParent([program, ...args], user)
    if (command === undefined) throw new Error(`${name}: no command`)
    const log = openSync(this.#logPath(), 'a')
    const child = spawn(command, rest, {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    child.on('error', () => undefined) // A program that cannot be started never becomes ready, which says so.
    child.unref()
    return child
  }

  #logPath(): string {
    return join(this.#spec.dir, `${this.#spec.name}.log`)
  }
}

function withParent(command: readonly string[], user: string | undefined): readonly string[] {
  if (!existsSync(SETPRIV)) return command
  const as = user === undefined ? [] : ['--reuid', user, '--regid', user, '--init-groups']
  return [SETPRIV, '--pdeathsig', 'KILL', ...as, '--', ...command]
}

/** A TCP port of the loopback interface that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve(address.port)
    })
  })
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  return port
}

/** Whether something listens on a port of the loopback interface. */
export function accepts(port: number): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export interface TemporaryDir {
  readonly path: string
  readonly remove: () => void
}

/** Starts a component whose files are in a folder of its own; gives what ends it, and the folder with it. */
export async function startIn(dir: TemporaryDir, child: Child): Promise<() => Promise<void>> {
  const end = async (): Promise<void> => {
    await child.stop('SIGKILL')
    dir.remove()
  }
  try {
    await child.start()
  } catch (error) {
    await end()
    throw error
  }
  return end
}

/** A directory of its own for one component; `remove` takes it away. */
export function temporaryDir(name: string): TemporaryDir {
  const path = mkdtempSync(join(tmpdir(), `tidemark-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) }
}
