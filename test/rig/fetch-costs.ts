// What it costs to follow a large repository: bytes on the wire, and time, as the fetcher reads it.
import {
  EMBEDDED_POLICY,
  changedPaths,
  openGit,
  type GitSource,
  type TreeEntry,
} from '@tidemark/git'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { program } from './components/component.ts'
import { startCountingRelay } from './components/counting-relay.ts'
import { startGitHttp } from './components/git-http.ts'
import { changeOneLine, writeLargeRepository, type LargeRepository } from './large-repository.ts'

const CALL_MS_MAX = 600_000

export interface Cost {
  readonly ms: number
  readonly sent: number
  readonly received: number
  /** Contents that had to be read. */
  readonly files: number
}

export interface FetchCosts {
  /** Of all packs of the server. */
  readonly repositoryBytes: number
  readonly first: Cost
  /** A look that finds nothing new. */
  readonly poll: Cost
  /** A commit that changes one line. */
  readonly second: Cost
}

/** Makes a repository in a folder, and fetches it twice, with a commit of one line between. */
export async function fetchCosts(dir: string, size: LargeRepository): Promise<FetchCosts> {
  const bare = join(dir, 'git', 'large.git')
  mkdirSync(bare, { recursive: true })
  execFileSync(program('git'), ['init', '-q', '--bare', '-b', 'main', bare])
  await writeLargeRepository(bare, size)
  await using server = await startGitHttp(join(dir, 'git'))
  await using relay = await startCountingRelay(Number(new URL(server.url).port))
  const common = { cacheDirectory: join(dir, 'cache'), clock: systemClock, random: systemRandom }
  await using git = await openGit(common)
  const url = `http://127.0.0.1:${relay.port}/large.git`
  let before: readonly TreeEntry[] = []
  const measured = async (look: 'fetch' | 'poll'): Promise<Cost> => {
    await using source = await git.open({ url, policy: EMBEDDED_POLICY, timeoutMs: CALL_MS_MAX })
    relay.take()
    const began = performance.now()
    const read = await follow(source, { before, look })
    const ms = performance.now() - began
    before = read.tree
    return { ms, ...relay.take(), files: read.files }
  }
  const first = await measured('fetch')
  const poll = await measured('poll')
  await changeOneLine(bare, 'two')
  return { repositoryBytes: packedBytes(bare), first, poll, second: await measured('fetch') }
}

async function follow(
  source: GitSource,
  { before, look }: { readonly before: readonly TreeEntry[]; readonly look: 'fetch' | 'poll' },
): Promise<{ readonly tree: readonly TreeEntry[]; readonly files: number }> {
  const signal = AbortSignal.timeout(CALL_MS_MAX)
  const resolution = await source.resolve({ branch: 'main' }, signal)
  if (look === 'poll') return { tree: before, files: 0 }
  const tree = await source.tree(await source.fetch(resolution, signal), signal)
  const oids = changedPaths(before, tree).flatMap(({ after }) => (after ? [after.oid] : []))
  let files = 0
  for await (const _ of source.blobs(oids, signal)) files += 1
  return { tree, files }
}

function packedBytes(bare: string): number {
  const folder = join(bare, 'objects', 'pack')
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
