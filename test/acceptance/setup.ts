import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDir } from '../rig/components/child.ts'
import { startGitHttp, type GitHttp } from '../rig/components/git-http.ts'
import { Up } from '../rig/plane/embedded.ts'
import { fileFleet, gitFleet, type Fleet, type GitFleet } from '../rig/plane/fleet.ts'
import { realCluster, sandboxCluster, type TestCluster } from '../rig/plane/test-cluster.ts'
import { FILES } from './fleet-files.ts'

/** A plane on a cluster, fed from a repository. */
export interface Setup extends AsyncDisposable {
  readonly dir: string
  readonly cluster: TestCluster
  readonly fleet: Fleet
  readonly up: Up
  /** Ends and begins the Git server; nothing where the repository is a folder. */
  readonly server: GitHttp | undefined
}

/** Real components: an API server with controllers, and a Git server over HTTP that is pushed to. */
export async function realSetup(
  files: Readonly<Record<string, string>> = FILES,
): Promise<Setup & { readonly server: GitHttp; readonly fleet: GitFleet }> {
  await using held = new AsyncDisposableStack()
  const dir = opened(held)
  const cluster = held.use(await realCluster(dir))
  const served = join(dir, 'git')
  mkdirSync(served)
  const server = held.use(await startGitHttp(served))
  const fleet = await gitFleet({ served, server: server.url, name: 'fleet' }, files)
  const up = held.use(await started({ dir, cluster, fleet }))
  const owned = held.move()
  const end = (): Promise<void> => owned.disposeAsync()
  return { dir, cluster, fleet, up, server, [Symbol.asyncDispose]: end }
}

/** No components: a sandbox cluster, and a repository that is a folder. */
export async function sandboxSetup(): Promise<Setup> {
  await using held = new AsyncDisposableStack()
  const dir = opened(held)
  const cluster = held.use(await sandboxCluster(dir))
  const fleet = await fileFleet(join(dir, 'fleet.git'), FILES)
  const up = held.use(await started({ dir, cluster, fleet }))
  const owned = held.move()
  const end = (): Promise<void> => owned.disposeAsync()
  return { dir, cluster, fleet, up, server: undefined, [Symbol.asyncDispose]: end }
}

function opened(held: AsyncDisposableStack): string {
  const { path, remove } = temporaryDir('acceptance')
  held.defer(remove)
  return path
}

async function started(parts: {
  readonly dir: string
  readonly cluster: TestCluster
  readonly fleet: Fleet
}): Promise<Up> {
  const { dir, cluster, fleet } = parts
  const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1h']
  const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
  const up = new Up({ dataDir: join(dir, 'data'), args: [...args, ...context] })
  await up.mustStart()
  return up
}
