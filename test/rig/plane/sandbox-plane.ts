// A plane of its own: one sandbox cluster, and a repository of files that is asked for only when it is poked.
import { join } from 'node:path'
import { temporaryDir } from '../components/child.ts'
import { Up } from './embedded.ts'
import { fileFleet, type Fleet } from './fleet.ts'
import { sandboxCluster, type TestCluster } from './test-cluster.ts'

export interface SandboxPlane extends AsyncDisposable {
  readonly up: Up
  readonly cluster: TestCluster
  readonly fleet: Fleet
}

/** Starts it in a folder with this name, on files that have what the cluster `test` gets in `clusters/test`; `more` are options of `up`. */
export async function openSandboxPlane(
  name: string,
  files: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<SandboxPlane> {
  await using held = new AsyncDisposableStack()
  const dir = temporaryDir(name)
  held.defer(dir.remove)
  const cluster = held.use(await sandboxCluster(dir.path))
  const fleet = await fileFleet(join(dir.path, 'fleet.git'), files)
  const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1h']
  const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
  const up = held.use(
    new Up({ dataDir: join(dir.path, 'data'), args: [...args, ...context, ...more] }),
  )
  await up.mustStart()
  const owned = held.move()
  return { up, cluster, fleet, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
