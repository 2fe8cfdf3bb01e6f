import type { Descent } from './git-source.ts'
import { type Commit, parseCommit } from './objects/commit.ts'
import type { GitObject } from './objects/git-object.ts'

export interface History {
  readonly readObject: (oid: string) => Promise<GitObject | undefined>
  /** Brings more commits here, `depth` of them from the newest. */
  readonly deepen: (depth: number) => Promise<'deeper' | 'no deeper'>
}

const DEPTHS = [64, 1024] // A day of pushes, and a month of them; a poll is minutes apart.
const COMMITS_MAX = 10_000 // Walked over in one go; a second's work.

/**
 * Whether `ancestor` lies behind `commit`. `no` is certain: all of the history was seen. When it was not,
 * it is deepened; past the last depth the answer is `unknown`.
 */
export async function descent(
  commit: Commit,
  ancestor: string,
  history: History,
): Promise<Descent> {
  if (commit.oid === ancestor || commit.parents.includes(ancestor)) return 'yes'
  let seen = await walk(commit, ancestor, history)
  for (const depth of DEPTHS) {
    if (seen !== 'unknown' || (await history.deepen(depth)) === 'no deeper') return seen
    seen = await walk(commit, ancestor, history)
  }
  return seen
}

async function walk(from: Commit, ancestor: string, { readObject }: History): Promise<Descent> {
  const queue = [...from.parents]
  const queued = new Set(queue)
  let isWhole = true
  for (let at = 0; at < queue.length; at += 1) {
    const oid = queue[at] ?? ''
    if (oid === ancestor) return 'yes'
    if (at >= COMMITS_MAX) return 'unknown'
    const object = await readObject(oid)
    if (object?.type !== 'commit') {
      isWhole = false
      continue
    }
    for (const parent of parseCommit(oid, object.bytes).parents) {
      if (queued.has(parent)) continue
      queued.add(parent)
      queue.push(parent)
    }
  }
  return isWhole ? 'no' : 'unknown'
}
