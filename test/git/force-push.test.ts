import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MemoryBlobs, SealedBlobStore } from '@tidemark/blob-store'
import { SourceDeclared } from '@tidemark/contracts'
import { openRepositories, source, type Observation } from '@tidemark/fetcher'
import { EMBEDDED_POLICY } from '@tidemark/git'
import { noCrashPoints, Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { openKeyring } from '@tidemark/sealing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'

const IDENTITY = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
type State = (typeof source)['initial']

describeWith(['git'], 'a source that goes back', () => {
  const held = new AsyncDisposableStack()
  const dir = temporaryDir('force-push')
  const work = join(dir.path, 'work')
  let repositories: Awaited<ReturnType<typeof openRepositories>> | undefined
  const git = (...args: readonly string[]): string =>
    execFileSync(program('git'), [...IDENTITY, ...args], { cwd: work, encoding: 'utf8' }).trim()
  const commit = (message: string): string => {
    git('commit', '-q', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD')
  }

  beforeAll(async () => {
    held.defer(dir.remove)
    execFileSync(program('git'), ['init', '-q', '-b', 'main', work])
    const installationSecret = new Secret(systemRandom.bytes(32))
    const keyring = openKeyring({ installationSecret, random: systemRandom })
    repositories = held.use(
      await openRepositories({
        cacheDirectory: join(dir.path, 'cache'),
        policy: EMBEDDED_POLICY,
        refuseForcePushes: ['strict'],
        blobs: new SealedBlobStore(new MemoryBlobs(), keyring),
        clock: systemClock,
        random: systemRandom,
        crashPoints: noCrashPoints,
      }),
    )
  })
  afterAll(() => held.disposeAsync())

  const look = async (
    project: string,
    ref: Readonly<Record<string, string>>,
    known: State,
  ): Promise<Observation | undefined> => {
    const declared = SourceDeclared.fromPartial({
      project,
      timeoutMs: 60_000n,
      git: { url: pathToFileURL(work).href, ref },
    })
    const looked = { declared, known, secrets: new Map() }
    return await repositories?.observe(looked, AbortSignal.timeout(60_000))
  }
  test('by a force push is followed and flagged, and refused where its project says so', async () => {
    const ref = { branch: 'main' }
    const first = commit('first')
    commit('second')
    const known = knownBy(await look('lax', ref, source.initial))
    commit('third')
    for (const project of ['lax', 'strict'])
      expect(await look(project, ref, known)).toMatchObject({ kind: 'found', forced: false })
    git('reset', '-q', '--hard', first)
    const other = commit('another second')
    expect(await look('lax', ref, known)).toMatchObject({ kind: 'found', forced: true })
    const refused = await look('strict', ref, known)
    expect(refused).toMatchObject({
      kind: 'refused',
      code: 'SOURCE_FORCED',
      message: `main@sha1:${other} does not have ${known.revision} behind it, and force pushes are refused here: push what goes on from that, or ask the operator to take the project out of TIDEMARK_REFUSE_FORCE_PUSHES`,
    })
    git('merge', '-q', '--no-edit', known.revision.replace('main@sha1:', ''))
    expect(await look('strict', ref, known)).toMatchObject({ kind: 'found', forced: false })
  })

  test('by a tag that was moved is the same, also forward; the next tag of a range is not', async () => {
    git('tag', 'v1.0.0')
    const [tag, range] = [{ tag: 'v1.0.0' }, { semver: '1.x' }]
    const known = knownBy(await look('lax', tag, source.initial))
    const ofRange = knownBy(await look('lax', range, source.initial))
    commit('fourth')
    git('tag', '-f', 'v1.0.0')
    expect(await look('lax', tag, known)).toMatchObject({ kind: 'found', forced: true })
    expect(await look('strict', tag, known)).toMatchObject({ code: 'SOURCE_FORCED' })
    expect(await look('strict', range, ofRange)).toMatchObject({ code: 'SOURCE_FORCED' })
    git('tag', 'v1.1.0')
    expect(await look('strict', range, ofRange)).toMatchObject({ kind: 'found', forced: false })
  })
})

/** What is known when this was found. */
function knownBy(observation: Observation | undefined): State {
  if (observation?.kind !== 'found') throw new Error(`nothing was found: ${observation?.kind}`)
  const [fetched] = source.decide({ sourceId: 's', observation }, source.initial)
  if (fetched === undefined) throw new Error('nothing was decided')
  return source.evolve(source.initial, fetched)
}
