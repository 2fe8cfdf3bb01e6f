import { execFile, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The built command line: what a user of a release runs. */
export const CLI: string = join(import.meta.dirname, '..', 'cli', 'dist', 'main.js')

const START_MS = 60_000
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024

export interface PlaneOptions {
  readonly dataDir: string
  readonly args: readonly string[]
  /** Where Node leaves CPU profiles when it ends; none are made without it. */
  readonly profiles: string | undefined
}

/** `tidemark up` in a process of its own. What it says goes into a file beside its data directory. */
export class Plane implements AsyncDisposable {
  readonly #options: PlaneOptions
  readonly #process: ReturnType<typeof spawn>

  private constructor(options: PlaneOptions, process: ReturnType<typeof spawn>) {
    this.#options = options
    this.#process = process
  }

  /** Starts it and waits until it takes webhooks. */
  static async start(options: PlaneOptions): Promise<Plane> {
    const { dataDir, args, profiles } = options
    if (!existsSync(CLI)) throw new Error(`${CLI} is not built: npm run build`)
    const flags = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
    const command = [...flags, CLI, 'up', '--data-dir', dataDir, '--port', '0', ...args]
    const log = openSync(`${dataDir}.log`, 'a')
    const process_ = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', log] })
    closeSync(log)
    const plane = new Plane(options, process_)
    const until = performance.now() + START_MS
    while (!existsSync(join(dataDir, 'server.json'))) {
      if (process_.exitCode !== null || performance.now() > until)
        throw new Error(`tidemark up did not start: ${readFileSync(`${dataDir}.log`, 'utf8')}`)
      await sleep(20)
    }
    return plane
  }

  /** Seconds of CPU time that the process has used so far; NaN where /proc is not there. */
  cpuSeconds(): number {
    const path = `/proc/${this.#process.pid}/stat`
    if (!existsSync(path)) return Number.NaN
    const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  /** Says that something was pushed, as a Git server does, and resolves when that is accepted. */
  async poke(url: string): Promise<void> {
    const { hooks } = readServer(this.#options.dataDir)
    const secret = readFileSync(join(this.#options.dataDir, 'keys', 'hook'), 'utf8').trim()
    const body = JSON.stringify({ url })
    const mac = createHmac('sha256', secret).update(body).digest('hex')
    const answer = await fetch(hooks, {
      method: 'POST',
      headers: { 'x-hub-signature-256': `sha256=${mac}` },
      body,
    })
    if (answer.status !== 202) throw new Error(`the webhook was answered ${answer.status}`)
  }

  /** All events so far, as `tidemark events -o json` tells them. */
  async events(): Promise<readonly unknown[]> {
    const args = [CLI, 'events', '--data-dir', this.#options.dataDir, '-o', 'json']
    const options = { maxBuffer: OUTPUT_BYTES_MAX }
    const { stdout } = await promisify(execFile)(process.execPath, args, options)
    return stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return
    this.#process.kill('SIGTERM')
    await once(this.#process, 'exit')
  }
}

function readServer(dataDir: string): { readonly hooks: string } {
  const read: unknown = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8'))
  const hooks = typeof read === 'object' && read !== null ? Reflect.get(read, 'hooks') : undefined
  return { hooks: String(hooks) }
}
