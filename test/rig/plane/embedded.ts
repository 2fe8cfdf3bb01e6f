// `tidemark up` in a process of its own: started, poked, killed, and started again on the same folder.
import { spawn, type ChildProcess } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlaneApi } from './plane-api.ts'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'src', 'main.ts')
const SETPRIV = '/usr/bin/setpriv'
const START_MS_MAX = 120_000 // PGlite boots in seconds; the machine may be busy with much else.
const END_MS_MAX = 30_000
const LOOK_MS = 20

export interface UpOptions {
  readonly dataDir: string
  /** Further arguments of `tidemark up`. */
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A command that makes way for the process, such as one that mounts a disk before it. */
  readonly within?: readonly string[]
}

export interface PokeOptions {
  /** The secret to sign with; that of the plane by default. */
  readonly secret?: string
  readonly delivery?: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One `tidemark up`, which may end and begin again on the same data folder. */
export class Up implements AsyncDisposable {
  readonly dataDir: string
  readonly #options: UpOptions
  #child: ChildProcess | undefined
  #exited: Promise<Exit> = Promise.resolve({ code: 0, signal: null })
  #exit: Exit | undefined
  #api: PlaneApi | undefined

  constructor(options: UpOptions) {
    this.#options = options
    this.dataDir = options.dataDir
  }

  /** The API of the process that runs. */
  get api(): PlaneApi {
    if (this.#api === undefined) throw new Error('tidemark up does not run')
    return this.#api
  }

  /** The process that runs. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** How the process ended; waits for its end. */
  get exited(): Promise<Exit> {
    return this.#exited
  }

  /** How the process ended; `undefined` while it runs. */
  get exit(): Exit | undefined {
    return this.#exit
  }

  /** Starts it, and waits until its API is there; `false` where the process ended before. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<boolean> {
    const child = this.#spawn(env)
    const end = performance.now() + START_MS_MAX
    while (performance.now() < end && this.#exit === undefined) {
      const server = readServer(this.dataDir)
      if (server !== undefined && server.pid === child.pid) {
        this.#api = new PlaneApi({ address: server.address, token: server.token })
        return true
      }
      await sleep(LOOK_MS)
    }
    if (this.#exit !== undefined) return false
    await this.kill()
    throw new Error(`tidemark up was not ready in ${START_MS_MAX} ms:\n${this.log().slice(-4_000)}`)
  }

  /** As `start`; fails with the log where the process ended. */
  async mustStart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (await this.start(env)) return
    throw new Error(
      `tidemark up ended (${JSON.stringify(this.#exit)}):\n${this.log().slice(-4_000)}`,
    )
  }

  /** Ends the process as a crash does. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended()
  }

  /** Asks it to end, and waits. */
  async stop(): Promise<Exit> {
    this.#child?.kill('SIGTERM')
    await Promise.race([this.#exited, sleep(END_MS_MAX, undefined, { ref: false })])
    if (this.#exit === undefined) throw new Error(`tidemark up did not end in ${END_MS_MAX} ms`)
    return await this.#ended()
  }

  /** A signed webhook for a repository. Gives the status of the answer. */
  async poke(
    url: string,
    { secret = this.#hookSecret(), delivery = '' }: PokeOptions = {},
  ): Promise<number> {
    const { hooks } = readServer(this.dataDir) ?? { hooks: '' }
    const body = JSON.stringify({ url })
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    const headers = { 'x-signature': `sha256=${signature}`, 'x-delivery-id': delivery }
    return (await fetch(hooks, { method: 'POST', body, headers })).status
  }

  /** Where webhooks are taken: the root of the server. */
  get hooks(): string {
    return new URL(readServer(this.dataDir)?.hooks ?? 'http://localhost').origin
  }

  /** What the process said so far. */
  log(): string {
    const path = this.#logPath()
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #spawn(env: Readonly<Record<string, string>>): ChildProcess {
    const { args, dataDir, within = [] } = this.#options
    mkdirSync(dataDir, { recursive: true })
    const node = [process.execPath, '--conditions=source', MAIN]
    const up = ['up', '--data-dir', dataDir, '--log', 'info', ...args]
    const guard = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--'] : []
    const [command = '', ...rest] = [...guard, ...within, ...node, ...up]
    const log = openSync(this.#logPath(), 'a')
    const child = spawn(command, rest, {
      cwd: dataDir,
      env: { ...process.env, ...this.#options.env, ...env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#child = child
    this.#exit = undefined
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
    return child
  }

  async #ended(): Promise<Exit> {
    const exit = await this.#exited
    this.#api?.[Symbol.dispose]()
    this.#api = undefined
    this.#child = undefined
    return exit
  }

  #hookSecret(): string {
    return readFileSync(join(this.dataDir, 'keys', 'hook'), 'utf8').trim()
  }

  #logPath(): string {
    return join(this.dataDir, 'up.log')
  }
}

interface Server {
  readonly pid: number
  readonly address: string
  readonly hooks: string
  readonly token: string
}

function readServer(dataDir: string): Server | undefined {
  try {
    const parsed: Server = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8'))
    return parsed
  } catch {
    return undefined
  }
}
