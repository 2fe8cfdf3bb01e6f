import { connect, readServer } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { showFindings, type Finding } from '../client/findings.ts'
import { tell } from '../client/print.ts'
import { checkAccess } from './check/check-cluster.ts'
import { checkMachine } from './check/check-machine.ts'
import { checkImages } from './check/check-registries.ts'
import { checkRepository } from './check/check-repository.ts'
import { imagesOf } from './check/images.ts'
import { choiceOf, type OutputOptions } from './options.ts'
import { readContexts } from './up-options.ts'

export interface CheckOptions extends OutputOptions {
  readonly repo?: string
  readonly branch: string
  readonly gitUsername?: string
  readonly gitPasswordFile?: string
  readonly gitTokenFile?: string
  readonly gitCaFile?: string
  readonly context: readonly string[]
  readonly kubeconfig?: string
  readonly image: readonly string[]
}

/** `tidemark check`: what `tidemark up` would need, looked at one by one. */
export async function check(options: CheckOptions): Promise<void> {
  const { dataDir, kubeconfig, repo, branch, image } = options
  const contexts = readContexts(options.context)
  tell('looking ...')
  const findings: Finding[] = [...(await checkMachine(dataDir))]
  if (repo !== undefined) findings.push(await checkRepository({ ...options, repo, branch }))
  const looks = contexts.map(({ context, cluster }) =>
    checkAccess({ cluster, context, kubeconfig, dataDir }),
  )
  findings.push(...(await Promise.all(looks)).flat())
  const images = [...image, ...(await imagesThatRun(options))]
  findings.push(...(await checkImages(images)))
  showFindings(options.output, findings)
}

/** The images that a plane which runs here delivers; none where none runs. */
async function imagesThatRun(options: CheckOptions): Promise<readonly string[]> {
  if (options.server === undefined && (await readServer(options.dataDir)) === undefined) return []
  using api = await connect(choiceOf(options))
  return await imagesOf(api)
}

export interface CheckClusterOptions extends OutputOptions {
  readonly kubeconfig?: string
  readonly context?: string
}

/** `tidemark cluster check NAME`. */
export async function checkCluster(cluster: string, options: CheckClusterOptions): Promise<void> {
  const { dataDir, kubeconfig } = options
  using api = await connect(choiceOf(options))
  const { clusters } = await api.call(api.raw.listClusters, {})
  const known = clusters.find((view) => view.cluster === cluster)
  if (known === undefined)
    throw new CommandError(
      `there is no cluster ${cluster}; there are: ${clusters.map((view) => view.cluster).join(', ')}`,
      EXIT.notFound,
    )
  const kind = known.access?.kind
  const registered = kind?.$case === 'kubeconfigContext' ? kind.value : undefined
  const plane: Finding = {
    check: 'plane',
    result: known.reachable ? 'ok' : 'bad',
    message: known.reachable
      ? `the applier reaches ${cluster}: ${known.ready} of ${known.applications} applications are ready`
      : `the applier cannot reach ${cluster}: ${known.message}`,
    hint: 'what is delivered stays; it goes on by itself once the cluster answers',
  }
  const context = options.context ?? registered?.context
  const path = kubeconfig ?? (registered?.path || undefined)
  const found = await checkAccess({ cluster, context, kubeconfig: path, dataDir })
  showFindings(options.output, [plane, ...found])
}
