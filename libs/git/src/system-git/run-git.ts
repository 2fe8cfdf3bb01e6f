import { once } from 'node:events'
import { finished, pipeline } from 'node:stream/promises'
import { type GitRefusalCode, GitRefused, SourceUnavailable } from '../git-refused.ts'
import { type GitCall, type GitProgram, startGit } from './git-program.ts'

export interface GitOutput {
  readonly status: number | null
  readonly killedBy: NodeJS.Signals | null
  readonly stdout: string
  /** The end of what git complained of. */
  readonly stderr: string
}

const STDOUT_CHARS_MAX = 1024 * 1024 // What we run this way answers with a line.
const STDERR_CHARS_MAX = 2048 // The last lines say what was wrong.

/**
 * Runs git to its end, feeding it `input`. It is killed when `signal` is aborted or `input` fails, and that
 * is what is thrown then; otherwise its status is the caller's to judge.
 */
export async function runGit(
  program: GitProgram,
  call: GitCall,
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<GitOutput> {
  signal.throwIfAborted()
  const child = startGit(program, call)
  const ended = once(child, 'close').catch((error: unknown) => {
    throw new SourceUnavailable('the local git cannot be started', { cause: error })
  })
  const stdout = collect(child.stdout, STDOUT_CHARS_MAX, 'start')
  const stderr = collect(child.stderr, STDERR_CHARS_MAX, 'end')
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  try {
    const failure = await feed(child.stdin, input)
    if (failure !== undefined) kill()
    await ended
    signal.throwIfAborted()
    if (failure !== undefined) throw failure.error
    return {
      status: child.exitCode,
      killedBy: child.signalCode,
      stdout: await stdout,
      stderr: await stderr,
    }
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

// The checks of git's fsck that are about names in a tree.
const NAME_CHECK =
  /\b(?:hasDot|hasDotdot|hasDotgit|fullPathname|emptyName|duplicateEntries|treeNotSorted)\b/

/** What git printed is at fault, or a limit ended it. */
export function gitFailure(what: string, { killedBy, stderr }: GitOutput): GitRefused {
  const said = /(?:fatal|error): .*/.exec(stderr)?.[0] ?? stderr.trim().slice(-200)
  const why =
    killedBy === null ? JSON.stringify(said.slice(0, 200)) : `git was ended by ${killedBy}: a limit`
  return new GitRefused(codeOf(stderr), `${what}: ${why}; run git fsck on the server`)
}

function codeOf(stderr: string): GitRefusalCode {
  if (stderr.includes('exceeds maximum allowed size')) return 'SOURCE_SIZE'
  return NAME_CHECK.test(stderr) ? 'GIT_TREE_NAME' : 'GIT_PACK'
}

/** Writes the input; an end of git that comes first is no failure of the input. */
async function feed(
  stdin: NodeJS.WritableStream,
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ readonly error: unknown } | undefined> {
  const failed: { error?: unknown } = {}
  async function* guarded(): AsyncGenerator<Uint8Array> {
    try {
      yield* input
    } catch (error) {
      failed.error = error
    }
  }
  try {
    await pipeline(guarded, stdin)
  } catch {
    // A broken pipe: git has ended, and its status says why.
  }
  return 'error' in failed ? { error: failed.error } : undefined
}

async function collect(
  stream: NodeJS.ReadableStream,
  charsMax: number,
  keep: 'start' | 'end',
): Promise<string> {
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    const all = text + chunk.toString('utf8')
    text = keep === 'end' ? all.slice(-charsMax) : all.slice(0, charsMax)
  })
  await finished(stream, { writable: false }).catch(() => undefined)
  return text
}
