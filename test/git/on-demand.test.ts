import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { EMBEDDED_POLICY, isomorphicGit, openGit, type Git } from '@tidemark/git'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { startCountingRelay, type CountingRelay } from '../rig/components/counting-relay.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { gitFleet, type GitFleet } from '../rig/plane/fleet.ts'

const LARGE_BYTES = 1_000_000
const signal = (): AbortSignal => AbortSignal.timeout(60_000)

describeWith(['git'], 'contents on demand', () => {
  const held = new AsyncDisposableStack()
  let opened:
    | {
        readonly dir: string
        readonly bare: string
        readonly fleet: GitFleet
        readonly relay: CountingRelay
      }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'all has started')
    return opened
  }

  beforeAll(async () => {
    const dir = temporaryDir('on-demand')
    held.defer(dir.remove)
    const served = join(dir.path, 'git')
    mkdirSync(served)
    const server = held.use(await startGitHttp(served))
    const relay = held.use(await startCountingRelay(Number(new URL(server.url).port)))
    const files = { 'deploy/a.yaml': 'none' }
    const fleet = await gitFleet({ served, server: server.url, name: 'fleet' }, files)
    opened = { dir: dir.path, bare: join(served, 'fleet.git'), fleet, relay }
  }, 120_000)
  afterAll(async () => {
    await held.disposeAsync()
  })

  const filters = (allowed: 'true' | 'false'): void => {
    const args = ['-C', there().bare, 'config', 'uploadpack.allowFilter', allowed]
    execFileSync(program('git'), args)
  }
  /** Reads the files of the folder `deploy`, and counts what came over the wire. */
  const read = async (git: Git): Promise<{ readonly texts: string; readonly received: number }> => {
    const { relay } = there()
    relay.take()
    await using source = await git.open({
      url: `http://127.0.0.1:${relay.port}/fleet.git`,
      policy: EMBEDDED_POLICY,
      contents: 'on demand',
    })
    const commit = await source.fetch(await source.resolve({ branch: 'main' }, signal()), signal())
    const tree = await source.tree(commit, signal())
    const wanted = tree.filter(({ path }) => path.startsWith('deploy/'))
    const texts: string[] = []
    for await (const { bytes } of source.blobs(
      wanted.map(({ oid }) => oid),
      signal(),
    ))
      texts.push(Buffer.from(bytes).toString())
    return { texts: texts.toSorted().join(), received: relay.take().received }
  }

  test.each([
    ['git', openGit],
    ['isomorphic-git', isomorphicGit],
  ] as const)('%s: bring what is read, and nothing else', async (name, openEngine) => {
    const { dir, fleet } = there()
    const common = { clock: systemClock, random: systemRandom }
    await using git = await openEngine({ ...common, cacheDirectory: join(dir, name) })
    filters('true')
    await fleet.push({ 'deploy/a.yaml': 'one', 'deploy/b.yaml': 'kept', 'large.bin': large() })
    const first = await read(git)
    expect(first.texts).toBe('kept,one')
    await fleet.push({ 'deploy/a.yaml': 'two', 'large.bin': large() })
    const second = await read(git)
    expect(second.texts).toBe('kept,two')
    expect([first.received, second.received].map((bytes) => bytes < 50_000)).toEqual([true, true])
    await fleet.push({ 'deploy/a.yaml': 'three', 'deploy/b.yaml': 'two' })
    expect((await read(git)).texts).toBe('three,two')
  })

  test('a server that cannot leave contents out is read all the same', async () => {
    const { dir, fleet } = there()
    const common = { clock: systemClock, random: systemRandom }
    await using git = await openGit({ ...common, cacheDirectory: join(dir, 'whole') })
    filters('false')
    await fleet.push({ 'deploy/a.yaml': 'four', 'deploy/b.yaml': 'kept' })
    const { texts, received } = await read(git)
    expect(texts).toBe('four,kept')
    expect(received).toBeGreaterThan(LARGE_BYTES)
  })
})

/** Bytes that no compression makes small. */
function large(): Uint8Array {
  return randomBytes(LARGE_BYTES)
}
