// Every command that the docs tell people to type, typed into a shell beside a plane: what is new in the docs is run here, or
// fails here. What stands for an example (an address, a commit, a day) is replaced by what there is.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { Minute, type Ran } from '../first-minute/minute.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { sandboxCluster, type TestCluster } from '../rig/plane/test-cluster.ts'
import { documented, ELSEWHERE, isRunBy } from './documented.ts'

const SLOW = 600_000
const DAY_MS = 86_400_000

/** What is not the same for all commands; the first that fits counts. */
interface Rule {
  readonly command: RegExp
  /** How it ends, where not with 0; null is by the signal of Ctrl-C, when a shell is what it goes to. */
  readonly code?: number | null
  readonly shows?: RegExp
  /** Typed before it, so that it finds what it speaks of. */
  readonly before?: string
  /** It goes on until Ctrl-C: pressed when this was printed. */
  readonly until?: RegExp
}

const ADD_STAGING =
  'tidemark cluster add staging --context dev --repo https://git.example.com/fleet.git --path clusters/dev'

const RULES: readonly Rule[] = [
  { command: /^tidemark diff eu\/shop(?: --from.*)?$/u, code: 1, shows: /^~ Deployment\/shop/mu },
  { command: /^tidemark rollback eu\/shop --to 3/u, before: 'tidemark demo change' },
  { command: /^tidemark demo break/u, shows: /^Failed +eu\/flux-system\/shop .*RenderFailed/mu },
  { command: /^tidemark check --image/u, code: 1, shows: /ghcr\.io, which cannot be reached/u },
  { command: /^tidemark parked/u, code: 5, shows: /has nothing parked at position 812/u },
  { command: /^tidemark events -f/u, code: null, shows: /ReleaseCut/u, until: /ApplyFinished/u },
  {
    command: /^tidemark cluster remove eu/u,
    code: 6,
    shows: /applications are still delivered to eu: .*--with-applications/u,
  },
  { command: /^tidemark cluster remove staging/u, before: ADD_STAGING },
  { command: /curl/u, shows: /1/u },
  { command: /^tidemark up/u, shows: /"application":/u },
]

test('what is not run on the plane is run by another test, which is named', () => {
  for (const { why, by } of Object.values(ELSEWHERE))
    expect(isRunBy(by), `${why}: ${by[0]}`).toBe(true)
  for (const surrounding of ['kubernetes', 'platform', 'service', 'checkout', 'shell'] as const)
    expect(documented(surrounding).length, surrounding).toBeGreaterThan(0)
})

describeWith(['git', 'openssl'], 'the commands of the docs, on a plane', () => {
  const held = new AsyncDisposableStack()
  let opened: World | undefined
  const there = (): World => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }
  beforeAll(async () => {
    const tools = ['git', 'openssl', 'curl'] as const
    const minute = held.use(await Minute.begin({ tools, terminal: 'no' }))
    const cluster = held.use(await sandboxCluster(join(minute.dir, 'bin')))
    opened = await furnish(minute, cluster)
  }, SLOW)
  afterAll(async () => {
    await held.disposeAsync()
  }, SLOW)

  test.for(documented('plane'))(
    '$place: $text',
    { timeout: SLOW, retry: 0 },
    async ({ text }, { expect: expects }) => {
      const { code = 0, shows, before, until } = RULES.find((rule) => rule.command.test(text)) ?? {}
      if (before !== undefined) expects((await type(there(), before)).code, before).toBe(0)
      const ran = await type(there(), text, until)
      expects(ran.code, `${ran.command}\n${ran.output}`).toBe(code)
      if (shows !== undefined) expects(ran.output, ran.command).toMatch(shows)
      expects(ran.output, ran.command).not.toMatch(/^\s+at .*\.[jt]s:\d+/mu)
    },
  )
})

interface World {
  readonly minute: Minute
  /** What there is, in place of what the docs name as an example. */
  readonly truth: ReadonlyMap<RegExp, string>
  readonly env: Readonly<Record<string, string>>
}

/** Types a command as it stands, but for what is only an example in it. */
async function type({ minute, truth, env }: World, text: string, until?: RegExp): Promise<Ran> {
  let line = text
  for (const [example, real] of truth) line = line.replaceAll(example, () => real)
  return await minute.run(line, { env, until })
}

/** Lays beside the plane what the docs speak of: a clone, files that are rendered, a cluster for a second plane. */
async function furnish(minute: Minute, cluster: TestCluster): Promise<World> {
  const { dir, shown } = minute
  const url = /http:\S+\/sample\.git/u.exec(shown)?.[0] ?? ''
  const hooks = /http:\S+(?=\/hooks\/git)/u.exec(shown)?.[0] ?? ''
  const cloned = await minute.run(`git clone -q ${url} fleet`)
  assert(cloned.code === 0, cloned.output)
  const kubeconfig = join(dir, 'bin', 'contexts')
  writeFileSync(kubeconfig, contextsOf(readFileSync(cluster.kubeconfig, 'utf8')), { mode: 0o600 })
  layFiles(dir)
  return {
    minute,
    env: {
      KUBECONFIG: kubeconfig,
      PATH: `${join(dir, 'bin')}:${join(dir, 'node_modules', '.bin')}`,
    },
    truth: new Map([
      [/(?<="url":")https:[^"]+/gu, `file://${join(dir, '.tidemark', 'sample.git')}`],
      [/https:\/\/git\.example\.com\/fleet(?:\.git)?/gu, url],
      [/http:\/\/127\.0\.0\.1:PORT/gu, hooks],
      [/\bclusters\/(?:prod|dev)(?= |$)/gu, 'clusters/eu'],
      [/\b1f0c2ab\b/gu, '$(git -C fleet fetch -q && git -C fleet rev-parse --short=7 origin/main)'],
      [/\b2026-12-24T/gu, `${new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)}T`],
      [/^tidemark up\b/gu, 'tidemark up --exit-when-ready --port 0 --data-dir plane-$$'],
      [/^tidemark (?=render (?:kustomize|helm) |lint \.$)/gu, 'cd fleet && tidemark '],
    ]),
  }
}

/** The contexts that the docs name, all of one simulated cluster. */
function contextsOf(kubeconfig: string): string {
  const [context] = /\{"name":"test","context":.*?\}\}/u.exec(kubeconfig) ?? ['']
  const named = ['prod-eu', 'dev'].map((name) => context.replace('"test"', JSON.stringify(name)))
  return kubeconfig.replace(context, named.join(','))
}

const CHART = 'apiVersion: v2\nname: shop\nversion: 1.2.3\n'
const MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
`
const FLUX = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/shop/overlays/eu
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
`

/** Files of the kinds that the docs name, in the clone and beside it. */
function layFiles(dir: string): void {
  const files = {
    'token.txt': 'not-a-token',
    'fleet/overlays/prod/kustomization.yaml': 'resources: [map.yaml]\n',
    'fleet/overlays/prod/map.yaml': MAP,
    'fleet/clusters/prod/shop.yaml': FLUX,
    'fleet/prod.yaml': 'tier: prod\n',
    'fleet/values.yaml': 'tier: test\n',
  }
  const charts = ['chart', 'charts/shop'].flatMap((folder) => [
    [`fleet/${folder}/Chart.yaml`, CHART],
    [`fleet/${folder}/templates/map.yaml`, MAP],
  ])
  for (const [name = '', text = ''] of [...Object.entries(files), ...charts]) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  const clone = join(dir, 'fleet')
  execFileSync('tar', ['-czf', 'shop-1.2.3.tgz', '-C', 'charts', 'shop'], { cwd: clone })
}
