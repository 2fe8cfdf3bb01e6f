// Builds or installs the real components that tests and benches talk to, into `.components/` of the repository.
//
//   node test/rig/components/install.ts [NAME...]
//
// What is there already is left alone; a second run takes no time. Progress goes to stderr.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Component, COMPONENTS, missing } from './component.ts'

const KUBERNETES = 'v1.36.3'
const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const

/** The oldest API server that is told to work: three minors before the newest. */
const KUBERNETES_OLDEST = 'v1.33.13'

interface Recipe {
  readonly names: readonly Component[]
  /** Changes when what is built changes, so that an older build is replaced. */
  readonly version: string
  readonly install: () => void
}

const RECIPES: readonly Recipe[] = [
  {
    names: ['nats-server'],
    version: 'v2.15.2',
    install: () => buildGo('nats', ['github.com/nats-io/nats-server/v2'], '-s -w'),
  },
  { names: ['etcd'], version: 'debian', install: installEtcd },
  { names: ['postgres'], version: 'debian', install: () => installDebian('postgresql-15') },
  { names: ['git'], version: 'debian', install: () => installDebian('git') },
  { names: ['ssh'], version: 'debian', install: () => installDebian('openssh-client') },
  { names: ['sshd'], version: 'debian', install: () => installDebian('openssh-server') },
  { names: ['openssl'], version: 'debian', install: () => installDebian('openssl') },
  {
    names: KUBERNETES_PROGRAMS,
    version: KUBERNETES,
    install: () =>
      buildGo(
        'kubernetes',
        KUBERNETES_PROGRAMS.map((name) => `k8s.io/kubernetes/cmd/${name}`),
        kubernetesFlags(KUBERNETES),
      ),
  },
  {
    names: ['kube-apiserver-oldest'],
    version: KUBERNETES_OLDEST,
    install: installOldest,
  },
  {
    names: ['helm'],
    version: 'v3.22.0',
    install: () =>
      buildGo(
        'helm',
        ['helm.sh/helm/v3/cmd/helm'],
        '-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0',
      ),
  },
  {
    names: ['kwok'],
    version: 'v0.8.0',
    install: installKwok,
  },
]

process.exitCode = installAll(process.argv.slice(2))

function installAll(wanted: readonly string[]): number {
  mkdirSync(join(COMPONENTS, 'bin'), { recursive: true })
  const recipes = RECIPES.filter(
    ({ names }) => wanted.length === 0 || names.some((name) => wanted.includes(name)),
  )
  let failed = 0
  for (const recipe of recipes) {
    try {
      installOne(recipe)
    } catch (error) {
      failed += 1
      say(`components: cannot install ${recipe.names.join(', ')}: ${messageOf(error)}`)
    }
  }
  return failed === 0 ? 0 : 1
}

function installOne({ names, version, install }: Recipe): void {
  const stamp = join(COMPONENTS, `${names[0]}.version`)
  const current = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined
  const present = missing(...names).length === 0
  if (present && (current === version || version === 'debian')) return
  say(`components: installing ${names.join(', ')} ${version} ...`)
  const start = performance.now()
  install()
  const [absent] = missing(...names)
  if (absent !== undefined) throw new Error(`${absent} is still not there`)
  writeFileSync(stamp, version)
  say(`components: ${names.join(', ')}: ${Math.round((performance.now() - start) / 1000)} s`)
}

/** Without its version, the server says v0.0.0, and charts that ask for one refuse to install. */
function kubernetesFlags(version: string): string {
  const [major = '', minor = ''] = version.slice(1).split('.')
  return [
    '-s -w',
    `-X k8s.io/component-base/version.gitVersion=${version}`,
    `-X k8s.io/component-base/version.gitMajor=${major}`,
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
  ].join(' ')
}

/** The API server alone, under a name of its own: all else is of the newest. */
function installOldest(): void {
  const output = join(COMPONENTS, 'bin', 'kube-apiserver-oldest')
  const command = 'k8s.io/kubernetes/cmd/kube-apiserver'
  buildGo('kubernetes-oldest', [command], kubernetesFlags(KUBERNETES_OLDEST), output)
}

/** Builds the commands that a `go.mod` beside this file pins; `go.sum` there says what their bytes are. */
function buildGo(
  folder: string,
  packages: readonly string[],
  flags: string,
  output: string = `${join(COMPONENTS, 'bin')}/`,
): void {
  if (!succeeds('go', ['version'], {}))
    throw new Error('there is no `go` in PATH; install Go 1.26 or newer')
  const args = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', flags]
  run('go', [...args, '-o', output, ...packages], {
    cwd: join(import.meta.dirname, folder),
    env: { CGO_ENABLED: '0' },
  })
}

/** kwok, and beside it the stages of its own release, which say how nodes and pods come up. */
function installKwok(): void {
  buildGo('kwok', ['sigs.k8s.io/kwok/cmd/kwok'], '-s -w')
  const cwd = join(import.meta.dirname, 'kwok')
  const found = run('go', ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], { cwd })
  const stages = join(found.trim(), 'kustomize', 'stage')
  const target = join(COMPONENTS, 'kwok')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const folder of ['node/fast', 'node/heartbeat-with-lease', 'pod/fast']) {
    const names = readdirSync(join(stages, folder)).filter((name) =>
      /^(?:node|pod)-.*yaml$/u.test(name),
    )
    for (const name of names)
      writeFileSync(join(target, name), readFileSync(join(stages, folder, name)))
  }
}

/** Unpacks the package, so that nothing starts by itself and no rights are needed. */
function installEtcd(): void {
  const target = join(COMPONENTS, 'etcd')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const download = (): boolean => succeeds('apt-get', ['download', 'etcd-server'], { cwd: target })
  if (!download()) {
    run('apt-get', ['update', '-qq'], {})
    if (!download()) throw new Error('`apt-get download etcd-server` failed')
  }
  const file = readdirSync(target).find((name) => name.endsWith('.deb'))
  if (file === undefined) throw new Error('`apt-get download etcd-server` left no file')
  run('dpkg-deb', ['-x', join(target, file), target], {})
  rmSync(join(target, file))
}

function installDebian(name: string): void {
  if (process.getuid?.() !== 0) throw new Error(`needs root once: apt-get install ${name}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } // RUNLEVEL: start no service.
  const args = ['install', '-y', '-qq', '--no-install-recommends', name]
  if (succeeds('apt-get', args, { env })) return
  run('apt-get', ['update', '-qq'], { env })
  run('apt-get', args, { env })
}

interface Surroundings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command and gives what it wrote. Throws with the end of its errors. */
function run(command: string, args: readonly string[], surroundings: Surroundings): string {
  const { status, error, stdout, stderr } = spawn(command, args, surroundings)
  if (error !== undefined) throw new Error(`${command}: ${error.message}`)
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr.slice(-4_000)}`)
  return stdout
}

function succeeds(command: string, args: readonly string[], surroundings: Surroundings): boolean {
  return spawn(command, args, surroundings).status === 0
}

function spawn(
  command: string,
  args: readonly string[],
  { cwd, env }: Surroundings,
): SpawnSyncReturns<string> {
  return spawnSync(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024, // A cold Go build names thousands of modules.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
