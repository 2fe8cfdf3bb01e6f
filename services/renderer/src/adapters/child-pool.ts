import { OperatingError, type Clock, type Retry } from '@tidemark/kernel'
import type { Logger } from '@tidemark/service'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RenderEngine, RenderJob, RenderOutcome } from '../ports.ts'
import { openDataKeys } from './open-data-keys.ts'
import { TREES_MAX, type FileEntry, type FromChild, type ToChild } from './messages.ts'

const RENDER_MS_MAX = 30_000
const HEAP_MB_MAX = 512
const RENDERS_MAX = 500 // Then a child is replaced as soon as the next one is up (RELIABILITY 3.10), and at twice as many anyway.
const SEND_WHOLE_BYTES_MAX = 8 * 1024 * 1024 // A tree of this size is sent at once, a larger one file by file.
const MISSING_MAX = 10_000

export interface ChildPoolOptions {
  /** How many children; each renders one application at a time. */
  readonly size: number
  readonly clock: Clock
  readonly log: Logger
}

export interface ChildPool extends RenderEngine, AsyncDisposable {
  /** How "no network while rendering" is held, for people. */
  readonly isolation: string
}

/** The child ended while it rendered, and not by a limit of ours. */
class RenderChildLost extends OperatingError {
  readonly code: string = 'render-child-lost'
  readonly retry: Retry = 'now'
}

/** Renders in child processes with limits on time and memory; one that exceeds them is replaced. */
export function openChildPool(options: ChildPoolOptions): ChildPool {
  const isolated = canUnshare()
  const workers = Array.from({ length: options.size }, () => new Worker(options, isolated))
  return {
    isolation: isolated
      ? 'render processes have a network namespace of their own'
      : 'engines have no network code; no network namespace is permitted here',
    render: (job, signal) => {
      const index = createHash('sha256').update(job.key).digest().readUInt32BE(0) % workers.length
      const [worker] = workers.slice(index)
      if (worker === undefined) throw new RenderChildLost('there is no render process')
      return worker.render(job, signal)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.close()))
    },
  }
}

/** Whether a process may have a network namespace of its own here (DECISIONS 20). */
function canUnshare(): boolean {
  if (process.platform !== 'linux') return false
  return spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status === 0
}

interface Waiting {
  readonly job: RenderJob
  readonly resolve: (outcome: RenderOutcome) => void
  readonly reject: (error: Error) => void
}

class Worker {
  readonly #options: ChildPoolOptions
  readonly #isolated: boolean
  readonly #waiting: Waiting[] = []
  #child: Child | undefined
  /** The next child, while it starts. */
  #successor: Child | undefined
  #busy = false
  #renders = 0

  constructor(options: ChildPoolOptions, isolated: boolean) {
    this.#options = options
    this.#isolated = isolated
    this.#child = this.#start()
  }

  render(job: RenderJob, signal: AbortSignal): Promise<RenderOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<RenderOutcome>()
    const end = (): void => reject(new RenderChildLost('ended'))
    signal.addEventListener('abort', end, { once: true })
    this.#waiting.push({ job, resolve, reject })
    void this.#next()
    // The signal lives as long as the service: a listener that stayed would keep the job, and slow down the next.
    return promise.finally(() => signal.removeEventListener('abort', end))
  }

  async close(): Promise<void> {
    await Promise.all([this.#child?.close(), this.#successor?.close()])
    this.#child = undefined
    this.#successor = undefined
  }

  async #next(): Promise<void> {
    if (this.#busy) return
    const entry = this.#waiting.shift()
    if (entry === undefined) return
    this.#busy = true
    try {
      entry.resolve(await this.#run(entry.job))
    } catch (error) {
      entry.reject(error instanceof Error ? error : new RenderChildLost('a render process failed'))
    }
    this.#busy = false
    void this.#next()
  }

  async #run(job: RenderJob): Promise<RenderOutcome> {
    if (this.#renders >= RENDERS_MAX) await this.#succeed()
    this.#renders += 1
    const child = (this.#child ??= this.#start())
    using limit = this.#options.clock.deadline(RENDER_MS_MAX)
    try {
      const outcome = await child.render(job, limit.signal)
      if (outcome.kind === 'failed' && outcome.code.startsWith('RENDER_')) await this.#replace()
      return outcome
    } catch (error) {
      await this.#replace()
      throw error
    }
  }

  /** Nobody waits for a process to start while the one before it can still render. */
  async #succeed(): Promise<void> {
    this.#successor ??= this.#start()
    if (this.#successor.isReady || this.#renders >= 2 * RENDERS_MAX) await this.#replace()
  }

  async #replace(): Promise<void> {
    await this.#child?.close()
    this.#child = this.#successor
    this.#successor = undefined
    this.#renders = 0
  }

  #start(): Child {
    return new Child(this.#isolated)
  }
}

/** One process: what it has been sent, and the render that it is at. */
class Child {
  readonly #process: ChildProcess
  /** What the child has, as far as it has not dropped it: it says so where a file is gone. */
  readonly #trees = new Set<string>()
  readonly #files = new Set<string>()
  readonly #ended: Promise<string>
  isReady = false
  #id = 0
  #listen: (message: FromChild) => void = () => undefined

  constructor(isolated: boolean) {
    const here = fileURLToPath(import.meta.url)
    const script = here.replace(/child-pool\.(?<kind>ts|js)$/u, 'render-child.$<kind>')
    // A child has one thread: with V8's helpers it costs twice as much until it is warm (bench/push).
    const limits = ['--single-threaded', `--max-old-space-size=${HEAP_MB_MAX}`]
    const flags = [...neededFlags(process.execArgv), ...limits]
    const command = [process.execPath, ...flags, script]
    const [program = '', ...args] = isolated ? ['unshare', '--net', '--', ...command] : command
    this.#process = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      env: { NODE_COMPILE_CACHE: compileCache() },
    })
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 0}`))
      this.#process.once('error', (error) => resolve(error.message))
    })
    this.#process.on('message', (message: FromChild) => {
      this.isReady = true // It says so first.
      this.#listen(message)
    })
    this.#process.on('error', () => undefined)
  }

  async render(job: RenderJob, signal: AbortSignal): Promise<RenderOutcome> {
    this.#id += 1
    const id = this.#id
    this.#sendTree(job)
    const dataKeys = openDataKeys(job)
    for (let asked = 0; asked < MISSING_MAX; asked += 1) {
      const answer = await this.#ask(
        {
          kind: 'render',
          id,
          digest: job.artifactDigest,
          objectJson: job.objectJson,
          variables: job.variables,
          inputs: job.inputs,
          dataKeys: dataKeys.opened,
          generated: job.generated,
          release: job.release,
        },
        signal,
      )
      if (answer.kind === 'failed') return answer.outcome
      if (answer.message.kind === 'done') return answer.message.outcome
      if (answer.message.kind === 'locked') await dataKeys.open(answer.message.sets)
      if (answer.message.kind === 'missing') this.#sendMissing(job, answer.message.sha256)
    }
    return failed('RENDER_FILES', `the render wanted more than ${MISSING_MAX} folders`)
  }

  async close(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  async #ask(
    message: ToChild,
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: 'answer'; readonly message: FromChild }
    | { readonly kind: 'failed'; readonly outcome: RenderOutcome }
  > {
    const answered = new Promise<FromChild>((resolve) => {
      this.#listen = (answer) => {
        if (answer.kind !== 'ready') resolve(answer)
      }
    })
    const late = new Promise<'late'>((resolve) => {
      signal.addEventListener('abort', () => resolve('late'), { once: true })
    })
    this.#send(message)
    const first = await Promise.race([answered, this.#ended, late])
    if (typeof first === 'object') return { kind: 'answer', message: first }
    if (first === 'late')
      return {
        kind: 'failed',
        outcome: failed(
          'RENDER_TIME',
          `the render took more than ${RENDER_MS_MAX / 1000} s and was ended`,
        ),
      }
    // V8 ends itself by SIGABRT or SIGTRAP where the heap is full; all else is not the input's fault.
    if (['SIGABRT', 'SIGTRAP', 'exit code 134', 'exit code 133'].includes(first))
      return {
        kind: 'failed',
        outcome: failed(
          'RENDER_MEMORY',
          `the render took more than ${HEAP_MB_MAX} MB and was ended`,
        ),
      }
    throw new RenderChildLost(`the render process ended: ${first}`)
  }

  #sendTree({ artifactDigest, tree }: RenderJob): void {
    if (this.#trees.has(artifactDigest)) return
    const entries = [...tree.entries()].map(({ path, mode, size, sha256 }): FileEntry => ({
      path,
      mode,
      size,
      sha256: sha256 ?? tree.sha256(path),
    }))
    this.#send({ kind: 'tree', digest: artifactDigest, entries })
    this.#trees.add(artifactDigest)
    for (const oldest of this.#trees) {
      if (this.#trees.size <= TREES_MAX) break
      this.#trees.delete(oldest)
    }
    const bytes = entries.reduce((total, { size }) => total + size, 0)
    const links = entries.filter(({ mode }) => mode === '120000')
    const first = bytes <= SEND_WHOLE_BYTES_MAX ? entries : links
    this.#sendFiles({ tree }, new Set(first.map(({ sha256 }) => sha256)))
  }

  /** What a child asks for it does not have, also where it had it once. */
  #sendMissing(job: RenderJob, sha256: readonly string[]): void {
    for (const digest of sha256) this.#files.delete(digest)
    this.#sendFiles(job, new Set(sha256))
  }

  #sendFiles({ tree }: Pick<RenderJob, 'tree'>, wanted: ReadonlySet<string>): void {
    const files: [string, Uint8Array][] = []
    for (const { path, sha256 } of tree.entries()) {
      const digest = sha256 ?? tree.sha256(path)
      if (!wanted.has(digest) || this.#files.has(digest)) continue
      this.#files.add(digest)
      files.push([digest, contentOf(tree, path)])
    }
    this.#send({ kind: 'files', files })
  }

  #send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }
}

/** What we have compiled already; the cache makes a folder for each version of Node in it. */
function compileCache(): string {
  const directory = getCompileCacheDir()
  return directory === undefined ? '' : dirname(directory)
}

function contentOf(tree: RenderJob['tree'], path: string): Uint8Array {
  const target = tree.readLink(path)
  return target === undefined ? tree.read(path) : Buffer.from(target, 'utf8')
}

function failed(code: string, message: string): RenderOutcome {
  return { kind: 'failed', code, message, file: '', line: 0, reads: undefined }
}

/** Flags that a child needs as we do: which sources to run. Node takes the value behind the flag too. */
function neededFlags(flags: readonly string[]): readonly string[] {
  return flags.filter((flag, index) => {
    const before = flags[index - 1] ?? ''
    return /^(?:--conditions|-C)(?:=|$)/u.test(flag) || /^(?:--conditions|-C)$/u.test(before)
  })
}
