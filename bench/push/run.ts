// One push to a real Git repository until the last of its objects is on a real API server, against a bare loop
// of server-side applies: `npm run bench -- push [--json] [--timeline] [--profile DIR]`.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { startApiServer, type ApiServer } from '../../test/rig/components/api-server.ts'
import { missing } from '../../test/rig/components/component.ts'
import { startGitHttp } from '../../test/rig/components/git-http.ts'
import { Plane } from '../plane.ts'
import { spreadOf, spreadText, type Spread } from '../spread.ts'
import { applyBare } from './apply-loop.ts'
import { APPLICATIONS, FleetRepository, KINDS, namespacesOf, objectsOf } from './fleet.ts'
import { timelineText } from './timeline.ts'
import { FleetWatch } from './watch-fleet.ts'

const ROUNDS = 7
const WARM_UPS = 2 // V8 compiles what is hot within the first pushes.
const SETTLE_MS = 1_500 // What a push leaves to do (health, checkpoints) is done before the next measurement.
const RATIO_MAX = 2
const OBJECTS = APPLICATIONS * KINDS.length

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: String(ROUNDS) },
    /** When each event of the large pushes was recorded. */
    timeline: { type: 'boolean', default: false },
    /** Where the plane leaves CPU profiles. */
    profile: { type: 'string' },
  },
})
const absent = missing('etcd', 'kube-apiserver', 'git')
if (absent.length > 0) {
  console.error(`not measured: ${absent.join(', ')} missing; run npm run components`)
  process.exitCode = 2
} else process.exitCode = await run()

interface Round {
  readonly bareMs: number
  readonly pushMs: number
  readonly oneMs: number
  /** CPU time of the plane during the large push. */
  readonly cpuMs: number
}

async function run(): Promise<number> {
  await using held = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-push-'))
  held.defer(() => rmSync(dir, { recursive: true, force: true }))
  const server = held.use(await startApiServer())
  const bench = await openBench(dir, server, held)
  const rounds: Round[] = []
  const count = Number(flags.rounds)
  for (let at = 0; at < WARM_UPS + count; at += 1) {
    const round = await bench.round(at)
    if (!flags.json) console.log(lineOf(at, round))
    if (at >= WARM_UPS) rounds.push(round)
  }
  return report(rounds)
}

interface Bench {
  round(at: number): Promise<Round>
}

async function openBench(
  dir: string,
  server: ApiServer,
  held: AsyncDisposableStack,
): Promise<Bench> {
  const url = await serveRepository(dir, held)
  const repository = await FleetRepository.create(join(dir, 'work'), url)
  const ca = readFileSync(server.caFile)
  const headers = { authorization: `Bearer ${server.token}` }
  const pool = held.use(disposable(new Pool(server.url, { connections: 8, connect: { ca } })))
  const watching = held.use(disposable(new Pool(server.url, { connect: { ca }, bodyTimeout: 0 })))
  for (const name of namespacesOf('bare')) await createNamespace(pool, headers, name)
  const watch = held.use(new FleetWatch(watching, headers))

  const bare = async (generation: number): Promise<number> => {
    const objects = Array.from({ length: APPLICATIONS }, (_, application) =>
      objectsOf('bare', application, generation),
    ).flat()
    const begun = performance.now()
    await applyBare(pool, headers, objects)
    return (await watch.arrived('bare', generation, OBJECTS)) - begun
  }

  await repository.pushAll(0)
  const plane = held.use(await startPlane(dir, url, server))
  await watch.arrived('fleet', 0, OBJECTS)
  await bare(0)

  const push = async (generation: number): Promise<{ pushMs: number; cpuMs: number }> => {
    await repository.pushAll(generation)
    await sleep(SETTLE_MS)
    const cpu = plane.cpuSeconds()
    await plane.poke(url)
    const accepted = performance.now()
    const pushMs = (await watch.arrived('fleet', generation, OBJECTS)) - accepted
    const cpuMs = (plane.cpuSeconds() - cpu) * 1000
    if (flags.timeline) {
      await sleep(SETTLE_MS)
      console.log(timelineText(await plane.events()))
    }
    return { pushMs, cpuMs }
  }
  const one = async (generation: number): Promise<number> => {
    await repository.pushOne((generation * 7) % APPLICATIONS, generation)
    await sleep(SETTLE_MS)
    await plane.poke(url)
    const accepted = performance.now()
    return (await watch.arrived('fleet', generation, 1)) - accepted
  }
  return {
    round: async (at) => {
      const generation = 10 * (at + 1)
      const measureBare = async (): Promise<number> => {
        await sleep(SETTLE_MS)
        return await bare(generation)
      }
      // By turns, so that neither always comes first.
      const before = at % 2 === 0 ? await measureBare() : undefined
      const pushed = await push(generation)
      const bareMs = before ?? (await measureBare())
      return { bareMs, ...pushed, oneMs: await one(generation + 1) }
    },
  }
}

async function serveRepository(dir: string, held: AsyncDisposableStack): Promise<string> {
  const bare = join(dir, 'git', 'fleet.git')
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare])
  execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true'])
  const git = held.use(await startGitHttp(join(dir, 'git')))
  return `${git.url}/fleet.git`
}

function startPlane(dir: string, url: string, server: ApiServer): Promise<Plane> {
  const where = ['--repo', url, '--path', 'clusters/bench', '--interval', '1h']
  const to = ['--context', 'test=bench', '--kubeconfig', server.kubeconfig]
  const options = { dataDir: join(dir, 'data'), args: [...where, ...to], profiles: flags.profile }
  return Plane.start(options)
}

async function createNamespace(
  pool: Pool,
  headers: Readonly<Record<string, string>>,
  name: string,
): Promise<void> {
  const { statusCode, body } = await pool.request({
    path: '/api/v1/namespaces',
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  })
  await body.dump()
  if (statusCode !== 201) throw new Error(`cannot create the namespace ${name}: ${statusCode}`)
}

function disposable<Held extends Pool>(pool: Held): Held & AsyncDisposable {
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.destroy() })
}

function lineOf(at: number, { bareMs, pushMs, cpuMs, oneMs }: Round): string {
  const name = at < WARM_UPS ? 'warm-up' : `round ${at - WARM_UPS + 1}`
  const ratio = (pushMs / bareMs).toFixed(2)
  return `${name}: bare ${inMs(bareMs)}, push ${inMs(pushMs)} (${ratio}x, CPU ${inMs(cpuMs)}), one file ${inMs(oneMs)}`
}

function inMs(value: number): string {
  return `${value.toFixed(0)} ms`
}

function report(rounds: readonly Round[]): number {
  const of = (value: (round: Round) => number): Spread => spreadOf(rounds.map(value))
  const bareMs = of((round) => round.bareMs)
  const pushMs = of((round) => round.pushMs)
  const ratio = of((round) => round.pushMs / round.bareMs)
  const oneMs = of((round) => round.oneMs)
  if (flags.json)
    console.log(
      JSON.stringify({ bench: 'push', bareMs, pushMs, ratio, oneMs, ratioMax: RATIO_MAX }),
    )
  else {
    console.log(`bare loop, ${OBJECTS} objects   ${spreadText(bareMs, 0)} ms`)
    console.log(`one push, all changed    ${spreadText(pushMs, 0)} ms`)
    console.log(`ratio, at most ${RATIO_MAX}         ${spreadText(ratio, 2)}`)
    console.log(`one push, one changed    ${spreadText(oneMs, 0)} ms`)
  }
  return ratio.median <= RATIO_MAX ? 0 : 1
}
