// What following a repository costs: `npm run bench -- fetch [--json] [--rounds 7] [--applications 1000]`. A commit of one
// line in a repository of 5,000 files, fetched and laid out, against `git fetch` of the same; a look that finds nothing
// new; and how often a repository of 1,000 applications is fetched.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDirectoryBlobs, SealedBlobStore } from '@tidemark/blob-store'
import { SourceDeclared } from '@tidemark/contracts'
import { openRepositories, source } from '@tidemark/fetcher'
import { EMBEDDED_POLICY } from '@tidemark/git'
import { noCrashPoints, Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { openKeyring } from '@tidemark/sealing'
import { program } from '../../test/rig/components/component.ts'
import { changeOneLine, writeLargeRepository } from '../../test/rig/large-repository.ts'
import { spreadOf, spreadText } from '../spread.ts'
import { fetchesOfMany } from './many-applications.ts'
import { startServer, type Server } from './server-process.ts'

const RATIO_MAX = 2
const WARM_UPS = 2
const POLLS = 200
const CALL_MS_MAX = 120_000
type State = (typeof source)['initial']

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    applications: { type: 'string', default: '1000' },
  },
})

const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-fetch-'))
try {
  process.exitCode = await run()
} finally {
  rmSync(dir, { recursive: true, force: true })
}

async function run(): Promise<number> {
  const served = join(dir, 'git')
  const bare = join(served, 'large.git')
  mkdirSync(bare, { recursive: true })
  execFileSync(program('git'), ['init', '-q', '--bare', '-b', 'main', bare])
  await writeLargeRepository(bare, { files: 5_000, historyBytes: 10_000_000 })
  await using server = await startServer(served)
  const url = `${server.url}/large.git`
  const { rounds, poll } = await followed({ url, bare, server })
  const many = await fetchesOfMany({ served, server, count: Number(flags.applications) })
  const ratio = spreadOf(rounds.map(({ ours, theirs }) => ours / theirs))
  const [ours, theirs] = [
    spreadOf(rounds.map((round) => round.ours)),
    spreadOf(rounds.map((round) => round.theirs)),
  ]
  if (flags.json)
    console.log(JSON.stringify({ bench: 'fetch', ratio, ours, theirs, poll, many, RATIO_MAX }))
  else {
    console.log(`a commit of one line, 5,000 files  ${spreadText(ours, 0)} ms, laid out`)
    console.log(`git fetch of the same              ${spreadText(theirs, 0)} ms`)
    console.log(`ratio                              ${spreadText(ratio, 2)}, at most ${RATIO_MAX}`)
    console.log(
      `a look that finds nothing new      ${poll.requests} request, ${poll.cpuMs.toFixed(2)} ms of processor time`,
    )
    console.log(
      `${many.applications} applications, one push      ${many.requests} requests: a listing and a fetch`,
    )
  }
  return ratio.median <= RATIO_MAX && poll.requests === 1 && many.requests === 2 ? 0 : 1
}

interface Round {
  readonly ours: number
  readonly theirs: number
}

/** Rounds of a commit, each fetched by both, who take turns in going first; then looks at what has not changed. */
async function followed({
  url,
  bare,
  server,
}: {
  readonly url: string
  readonly bare: string
  readonly server: Server
}): Promise<{
  readonly rounds: readonly Round[]
  readonly poll: { readonly requests: number; readonly cpuMs: number }
}> {
  const clone = join(dir, 'clone')
  execFileSync(program('git'), ['clone', '-q', '--no-checkout', url, clone])
  await using repositories = await openFetcher()
  let known: State = source.initial
  const look = async (): Promise<void> => {
    const declared = SourceDeclared.fromPartial({
      timeoutMs: BigInt(CALL_MS_MAX),
      git: { url, ref: { branch: 'main' } },
    })
    const signal = AbortSignal.timeout(CALL_MS_MAX)
    const looked = { declared, known, secrets: new Map() }
    const observation = await repositories.observe(looked, signal)
    if (observation.kind === 'refused') throw new Error(observation.message)
    for (const event of source.decide({ sourceId: 's', observation }, known))
      known = source.evolve(known, event)
  }
  const theirs = (): Promise<void> => {
    execFileSync(program('git'), ['-C', clone, 'fetch', '-q', 'origin', 'main'])
    return Promise.resolve()
  }
  await look()
  const rounds: Round[] = []
  for (let at = 0; at < WARM_UPS + Number(flags.rounds); at += 1) {
    await changeOneLine(bare, `value ${at}`)
    const sides = [timed(look), timed(theirs)] as const
    const [first, second] = at % 2 === 0 ? [0, 1] : [1, 0]
    const taken = [0, 0]
    taken[first] = (await sides[first]?.()) ?? 0
    taken[second] = (await sides[second]?.()) ?? 0
    if (at >= WARM_UPS) rounds.push({ ours: taken[0] ?? 0, theirs: taken[1] ?? 0 })
  }
  return { rounds, poll: await polled(server, look) }
}

function timed(work: () => Promise<void>): () => Promise<number> {
  return async () => {
    const began = performance.now()
    await work()
    return performance.now() - began
  }
}

async function polled(
  server: Server,
  look: () => Promise<void>,
): Promise<{ readonly requests: number; readonly cpuMs: number }> {
  await look()
  const [requests, cpu] = [await server.requests(), process.cpuUsage()]
  for (let at = 0; at < POLLS; at += 1) await look()
  const { user, system } = process.cpuUsage(cpu)
  return {
    requests: ((await server.requests()) - requests) / POLLS,
    cpuMs: (user + system) / 1000 / POLLS,
  }
}

/** What the fetcher looks with, over blobs on disk as the embedded form has them. */
async function openFetcher(): ReturnType<typeof openRepositories> {
  const installationSecret = new Secret(systemRandom.bytes(32))
  const keyring = openKeyring({ installationSecret, random: systemRandom })
  const path = join(dir, 'blobs')
  const raw = await openDirectoryBlobs({ path, random: systemRandom })
  return await openRepositories({
    cacheDirectory: join(dir, 'cache'),
    policy: EMBEDDED_POLICY,
    blobs: new SealedBlobStore(raw, keyring),
    clock: systemClock,
    random: systemRandom,
    crashPoints: noCrashPoints,
  })
}
