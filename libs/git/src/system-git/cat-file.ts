import { once } from 'node:events'
import { GitRefused, SourceUnavailable } from '../git-refused.ts'
import { type GitObject, isObjectType, objectId } from '../objects/git-object.ts'
import type { Missing } from '../objects/object-store.ts'
import { type GitCall, type GitChild, type GitProgram, startGit } from './git-program.ts'

export interface CatFileOptions {
  readonly program: GitProgram
  readonly call: GitCall
  readonly objectBytesMax: number
}

const NEWLINE = 0x0a
const HEADER_BYTES_MAX = 128 // An id, a word and a number.
const REQUESTS_PER_WRITE = 1024 // 41 KiB, within a pipe's 64 KiB: git never waits for us while we wait for it.

/**
 * A `git cat-file --batch` that stays: objects by id, one reader at a time, each checked against its id.
 * When a reader leaves early, a limit is hit or git ends, the child is killed and the next reader starts
 * another.
 */
export class CatFile implements AsyncDisposable {
  readonly #options: CatFileOptions
  #child: GitChild | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #readers = 0

  constructor(options: CatFileOptions) {
    this.#options = options
  }

  /** Whether somebody reads, or waits for a turn. */
  get isBusy(): boolean {
    return this.#readers > 0
  }

  async *read(
    oids: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<GitObject | Missing, void, undefined> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    this.#readers += 1
    await before
    const stop = (): void => this.stop()
    signal.addEventListener('abort', stop, { once: true })
    let isDone = false
    try {
      signal.throwIfAborted()
      yield* this.#readBatches(oids)
      isDone = true
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      if (!isDone) this.stop()
      this.#readers -= 1
      resolve()
    }
  }

  /** Ends the child; the next read starts another. */
  stop(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child
    this.stop()
    if (child !== undefined && child.exitCode === null && child.signalCode === null)
      await once(child, 'close').catch(() => undefined)
  }

  async *#readBatches(oids: readonly string[]): AsyncGenerator<GitObject | Missing> {
    for (let at = 0; at < oids.length; at += REQUESTS_PER_WRITE) {
      const batch = oids.slice(at, at + REQUESTS_PER_WRITE)
      const child = this.#running()
      child.stdin.write(`${batch.join('\n')}\n`)
      const output = new ChildOutput(child)
      for (const oid of batch) yield await this.#readOne(output, oid)
      output.giveBack()
    }
  }

  async #readOne(output: ChildOutput, oid: string): Promise<GitObject | Missing> {
    const header = await output.line()
    const [id, type = '', size = ''] = header.split(' ')
    if (id !== oid) throw new SourceUnavailable(`the local git answers out of turn for ${oid}`)
    if (type === 'missing') return { oid, type }
    const length = Number(size)
    if (!isObjectType(type) || !Number.isSafeInteger(length))
      throw new SourceUnavailable(`the local git answers ${JSON.stringify(header)}`)
    if (length > this.#options.objectBytesMax)
      throw new GitRefused(
        'SOURCE_SIZE',
        `the ${type} ${oid} has ${length} bytes; at most ${this.#options.objectBytesMax} can be read: leave the file out by .sourceignore`,
      )
    const bytes = await output.bytes(length)
    if (objectId(type, bytes) !== oid)
      throw new GitRefused('GIT_OBJECT', `the ${type} ${oid} is damaged: it has another digest`)
    return { oid, type, bytes }
  }

  #running(): GitChild {
    if (this.#child !== undefined) return this.#child
    const { program, call } = this.#options
    const child = startGit(program, { ...call, args: ['cat-file', '--batch', ...call.args] })
    const forget = (): void => {
      if (this.#child === child) this.#child = undefined
    }
    child.once('exit', forget)
    child.once('error', forget)
    child.stdin.on('error', forget) // A broken pipe: the reader sees the end of the output.
    child.stderr.resume()
    this.#child = child
    return child
  }
}

/** What a child prints, taken line by line and by length. */
class ChildOutput {
  readonly #child: GitChild
  #rest: Buffer = Buffer.alloc(0)

  constructor(child: GitChild) {
    this.#child = child
  }

  async line(): Promise<string> {
    for (;;) {
      const newline = this.#rest.indexOf(NEWLINE)
      if (newline >= 0) {
        const line = this.#rest.toString('latin1', 0, newline)
        this.#rest = this.#rest.subarray(newline + 1)
        return line
      }
      if (this.#rest.length > HEADER_BYTES_MAX)
        throw new SourceUnavailable('the local git answers without a header')
      this.#rest = Buffer.concat([this.#rest, await this.#chunk()])
    }
  }

  /** The next bytes and the newline after them. */
  async bytes(length: number): Promise<Buffer> {
    const parts = [this.#rest]
    let have = this.#rest.length
    while (have < length + 1) {
      const chunk = await this.#chunk()
      parts.push(chunk)
      have += chunk.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = all.subarray(length + 1)
    // A copy, so that a small file does not keep the chunk that it came in.
    return Buffer.from(all.subarray(0, length))
  }

  /** At the end of a batch nothing is left over. */
  giveBack(): void {
    if (this.#rest.length > 0)
      throw new SourceUnavailable('the local git printed more than it was asked for')
  }

  async #chunk(): Promise<Buffer> {
    const { stdout } = this.#child
    for (;;) {
      const chunk: unknown = stdout.read()
      if (chunk instanceof Buffer) return chunk
      if (stdout.readableEnded || stdout.destroyed || this.#child.signalCode !== null)
        throw new SourceUnavailable(`the local git ended (${this.#child.signalCode ?? 'exit'})`)
      await untilReadable(stdout)
    }
  }
}

function untilReadable(stdout: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      for (const name of EVENTS) stdout.removeListener(name, end)
      resolve()
    }
    for (const name of EVENTS) stdout.on(name, end)
  })
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const
