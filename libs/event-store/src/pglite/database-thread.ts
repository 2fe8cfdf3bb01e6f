import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { DatabaseLost } from '../postgres/open-errors.ts'
import type { FromThread, ThreadStart, ToThread } from './thread-messages.ts'

interface Waiting {
  readonly resolve: (answer: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

/**
 * A database in a thread of its own. Exchanges are answered in their order. Where the thread ends by itself, all
 * that wait are refused (what became of theirs is unknown), and so is whoever comes later.
 */
export class DatabaseThread implements AsyncDisposable {
  /** Rejects with {@link DatabaseLost} where the thread ends by itself. */
  readonly lost: Promise<never>
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  readonly #open = Promise.withResolvers<void>()
  readonly #end: (error: DatabaseLost) => void
  #ending: DatabaseLost | undefined
  #state: 'running' | 'closing' | 'closed' = 'running'

  private constructor(files: string) {
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    this.lost = promise
    this.#end = reject
    const start: ThreadStart = { files }
    this.#worker = new Worker(...threadOf(start))
    this.#worker.on('message', (message: FromThread) => this.#take(message))
    this.#worker.on('error', (error) => this.#lose(error))
    this.#worker.on('exit', (code) => this.#lose(new Error(`its thread ended with ${code}`)))
  }

  /** Starts the database on its files, which are made where they are not there. */
  static async open(files: string): Promise<DatabaseThread> {
    const thread = new DatabaseThread(files)
    await thread.#open.promise
    return thread
  }

  /** One exchange in Postgres' protocol. The message is handed over: its memory is gone from here. */
  async exchange(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    if (this.#ending !== undefined) throw this.#ending
    if (this.#state !== 'running') throw new Error('the database is closed')
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
    this.#post(message, [message.buffer])
    return await answer
  }

  /** Ends the database behind all exchanges that are under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'running' || this.#ending !== undefined) return
    this.#state = 'closing'
    const exited = once(this.#worker, 'exit')
    this.#post('close', [])
    await exited
  }

  #post(message: ToThread, transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, transfer)
  }

  #take(message: FromThread): void {
    if (message === 'open') this.#open.resolve()
    else if (message === 'closed') this.#state = 'closed'
    else if ('failure' in message) this.#lose(new Error(message.failure))
    else this.#waiting.shift()?.resolve(message)
  }

  #lose(cause: unknown): void {
    if (this.#state === 'closed' || this.#ending !== undefined) return
    this.#ending = new DatabaseLost(cause)
    this.#open.reject(this.#ending)
    this.#end(this.#ending)
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ending)
  }
}

/** The program of the thread: beside this one, as a source or as built. */
function threadOf(workerData: ThreadStart): ConstructorParameters<typeof Worker> {
  const here = fileURLToPath(import.meta.url)
  const program = here.replace(/database-thread\.(?<kind>ts|js)$/u, 'thread-main.$<kind>')
  const options = { workerData, name: 'database' }
  if (program.endsWith('.js')) return [program, options]
  // As a source it takes other packages as sources too, whatever this process was started with.
  const execArgv = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  return [program, { ...options, execArgv }]
}
