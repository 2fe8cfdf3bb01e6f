// A first minute with Tidemark: `tidemark up` as a newcomer starts it, and what it says to try, typed as it stands there.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDir } from '../rig/components/child.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MS_MAX = 180_000 // Seconds, on a machine that has nothing else to do.
const COMMAND_MS_MAX = 120_000
const LOOK_MS = 50
const LAST_LINE = 'Ctrl-C ends it'
const COLUMNS = 110
const ROWS = 40

/** Programs that any machine with Node has. */
const ALWAYS = ['sh', 'env', 'sed', 'cat', 'uname', 'dirname', 'script', 'stty'] as const

export interface World {
  /** What this machine has beside Node; nothing else is found on its PATH. */
  readonly tools: readonly ('git' | 'kubectl' | 'openssl' | 'curl')[]
  /** Whether `up` runs on a terminal of 110 by 40. */
  readonly terminal: 'yes' | 'no'
  readonly env?: Readonly<Record<string, string>>
}

/** One command that was typed, and what came of it. */
export interface Ran {
  readonly command: string
  /** Output and errors, in the order in which they came. */
  readonly output: string
  readonly code: number | null
}

export interface Typing {
  readonly env?: Readonly<Record<string, string>>
  /** For what goes on until Ctrl-C: it is pressed when this was printed. */
  readonly until?: RegExp | undefined
}

/** Whether terminals can be had here: `script` of util-linux gives them. */
export const hasTerminals: boolean =
  process.platform === 'linux' && findProgram('script') !== undefined

export class Minute implements AsyncDisposable {
  readonly #up: ChildProcess
  readonly #dir: string
  readonly #env: Readonly<Record<string, string>>
  readonly #remove: () => void
  #shown = ''
  #code: number | null | undefined

  /** Starts `up` in an empty folder, and waits until it says what to try. */
  static async begin(world: World): Promise<Minute> {
    const { path: dir, remove } = temporaryDir('first-minute')
    const minute = new Minute(dir, remove, world)
    const end = performance.now() + READY_MS_MAX
    while (!minute.shown.includes(LAST_LINE)) {
      if (minute.#code !== undefined || performance.now() > end) {
        await minute[Symbol.asyncDispose]()
        throw new Error(`tidemark up did not become ready:\n${minute.shown}`)
      }
      await sleep(LOOK_MS)
    }
    return minute
  }

  private constructor(dir: string, remove: () => void, { tools, terminal, env }: World) {
    this.#dir = dir
    this.#remove = remove
    this.#env = { ...environment(dir, tools), ...env }
    // Not by npx, which ends by the signal whatever code we give.
    const start = 'node_modules/.bin/tidemark up --port 0'
    const command =
      terminal === 'yes'
        ? ['script', '-qec', `stty cols ${COLUMNS} rows ${ROWS}; exec ${start}`, '/dev/null']
        : ['sh', '-c', `exec ${start}`]
    this.#up = this.#spawn(command, 'pipe')
    const take = (chunk: Buffer): void => {
      this.#shown += chunk.toString('utf8')
    }
    this.#up.stdout?.on('data', take)
    this.#up.stderr?.on('data', take)
    this.#up.on('exit', (code) => {
      this.#code = code
    })
  }

  /** All that `up` has printed so far. */
  get shown(): string {
    return this.#shown
  }

  /** The folder that commands are typed in. */
  get dir(): string {
    return this.#dir
  }

  /** The commands that `up` says to try, in its order. */
  get hints(): readonly string[] {
    const lines = this.#shown.replaceAll('\r', '').split('\n')
    return lines.flatMap((line) => /^ {2}((?:npx|git|kubectl) .*?) +# /u.exec(line)?.[1] ?? [])
  }

  /** Types a command, and waits for its end. */
  async run(command: string, { env = {}, until }: Typing = {}): Promise<Ran> {
    const child = this.#spawn(['sh', '-c', command], 'ignore', env)
    let output = ''
    let pressed = false
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
      if (pressed || until?.test(output) !== true || child.pid === undefined) return
      pressed = true
      process.kill(-child.pid, 'SIGINT')
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS_MAX)
    await once(child, 'close')
    clearTimeout(limit)
    return { command, output, code: child.exitCode }
  }

  /** Presses Ctrl-C, and gives the code that `up` ends with. */
  async interrupt(): Promise<number | null> {
    if (this.#code !== undefined) return this.#code
    const ended = once(this.#up, 'close')
    // On a terminal the key goes to all that run in it; without one, to the process group.
    if (this.#up.spawnargs[0] === 'script') this.#up.stdin?.write('\u0003')
    else if (this.#up.pid !== undefined) process.kill(-this.#up.pid, 'SIGINT')
    await ended
    return this.#code ?? null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#code === undefined) {
      const ended = once(this.#up, 'close')
      if (this.#up.pid !== undefined) process.kill(-this.#up.pid, 'SIGKILL')
      await ended
    }
    this.#remove()
  }

  #spawn(
    [program = '', ...args]: readonly string[],
    stdin: 'pipe' | 'ignore',
    env: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    return spawn(program, args, {
      cwd: this.#dir,
      env: { ...this.#env, ...env },
      stdio: [stdin, 'pipe', 'pipe'],
      detached: true,
    })
  }
}

/** A PATH with what the machine is said to have, and `npx tidemark` as `npm ci` would have put it. */
function environment(dir: string, tools: readonly string[]): Readonly<Record<string, string>> {
  const bin = join(dir, 'bin')
  mkdirSync(bin)
  const node = dirname(process.execPath)
  symlinkSync(process.execPath, join(bin, 'node'))
  for (const name of [...ALWAYS, ...tools, 'npx']) {
    const found = findProgram(name, name === 'npx' ? node : '')
    if (found !== undefined) symlinkSync(found, join(bin, name))
  }
  const installed = join(dir, 'node_modules', '.bin')
  mkdirSync(installed, { recursive: true })
  const script = join(installed, 'tidemark')
  writeFileSync(script, `#!/bin/sh\nexec node '${join(ROOT, 'cli', 'bin', 'tidemark.js')}' "$@"\n`)
  chmodSync(script, 0o755)
  const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' }
  return {
    PATH: bin,
    HOME: dir,
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    ...identity,
    GIT_COMMITTER_NAME: identity.GIT_AUTHOR_NAME,
    GIT_COMMITTER_EMAIL: identity.GIT_AUTHOR_EMAIL,
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_update_notifier: 'false',
  }
}

/** Where a program is: in the given folder, among the components that were built, or on this machine. */
function findProgram(name: string, first = ''): string | undefined {
  const folders = [
    first,
    join(ROOT, '.components', 'bin'),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}
