import { ClusterAccess } from '@tidemark/contracts'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { tell } from '../client/print.ts'
import { cliConfig } from '../config.ts'
import { writePrivate, type DataDir } from '../serve/data-dir.ts'
import { startEmbedded, type Embedded } from '../serve/embedded.ts'
import { SAMPLE_FILES } from '../serve/sample-files.ts'
import { followUntilReady, showUntilInterrupted } from './follow.ts'
import { readContexts, readDuration, type ContextChoice, type UpOptions } from './up-options.ts'

const SECRET = 'flux-system'
const SAMPLE_CLUSTER = 'dev'
const SAMPLE_INTERVAL_MS = 1_000n // A folder of this machine: a look costs a millisecond.

/** `tidemark up`: a whole control plane in this process, until Ctrl-C. */
export async function up(options: UpOptions): Promise<void> {
  const contexts = readContexts(options.context)
  if (contexts.length > 0 && options.repo === undefined)
    throw new CommandError('name the repository that the clusters are fed from: --repo', EXIT.usage)
  const sandboxes = contexts.length === 0 ? [SAMPLE_CLUSTER] : []
  const began = systemClock.monotonic()
  tell('starting ...')
  await using plane = await start(options, sandboxes)
  using api = new ApiClient(plane.apiAddress, plane.token.reveal(), undefined)
  tell(
    `ready in ${((systemClock.monotonic() - began) / 1000).toFixed(1)} s: API ${plane.apiAddress}, webhooks ${plane.hookAddress}, state in ${options.dataDir}`,
  )
  const clusters =
    contexts.length === 0 ? sandboxes.map((cluster) => ({ cluster, context: '' })) : contexts
  await declare(api, plane, { options, clusters })
  const timeoutMs = readDuration(options.timeout, '--timeout')
  const ending = Promise.race([interrupted(), plane.stopped])
  if (options.exitWhenReady === true) {
    const following = followUntilReady(api, { timeoutMs, clock: systemClock })
    process.exitCode = await Promise.race([following, ending.then(() => EXIT.interrupted)])
  } else await showUntilInterrupted(api, { ending, dataDir: options.dataDir, clock: systemClock })
}

async function start(options: UpOptions, sandboxes: readonly string[]): Promise<Embedded> {
  const config = cliConfig()
  return await startEmbedded({
    dataDir: options.dataDir,
    sandboxes,
    apiPort: options.port,
    logLevel: options.log,
    otlpUrl: config.otlpUrl,
    renderChildren: config.renderChildren,
    clock: systemClock,
    random: systemRandom,
    crashPoints: config.crashPoints,
    kubeconfigPath: options.kubeconfig ?? config.kubeconfig,
  })
}

interface Declared {
  readonly options: UpOptions
  readonly clusters: readonly ContextChoice[]
}

/** Registers the clusters and says what they are fed from. Saying the same again changes nothing. */
async function declare(
  api: ApiClient,
  plane: Embedded,
  { options, clusters }: Declared,
): Promise<void> {
  const url = options.repo === undefined ? await sampleUrl(plane) : repositoryUrl(options.repo)
  for (const { cluster, context } of clusters) {
    const secretName = await keepCredentials(options, plane.data, cluster)
    const kind =
      context === ''
        ? ({ $case: 'sandbox', value: {} } as const)
        : ({
            $case: 'kubeconfigContext',
            value: { context, path: options.kubeconfig ?? '' },
          } as const)
    const access = ClusterAccess.fromPartial({ kind })
    await api.call(api.raw.registerCluster, { cluster, access, project: 'default', labels: [] })
    const isSample = options.repo === undefined
    await api.call(api.raw.declareRoot, {
      cluster,
      project: 'default',
      url,
      ref: { branch: options.branch, tag: '', semver: '', name: '', commit: '' },
      path: isSample ? `clusters/${cluster}` : options.path,
      intervalMs: isSample
        ? SAMPLE_INTERVAL_MS
        : BigInt(readDuration(options.interval, '--interval')),
      secretName,
    })
  }
}

/** A folder of this machine as a URL; anything else as it is. */
function repositoryUrl(repo: string): string {
  return /^\w+:\/\//u.test(repo) ? repo : pathToFileURL(repo).href
}

async function sampleUrl({ data }: Embedded): Promise<string> {
  const { seedRepository } = await import('@tidemark/git')
  const there = await readFile(join(data.sample, 'HEAD')).catch(() => undefined)
  if (there === undefined)
    await seedRepository(data.sample, SAMPLE_FILES, {
      message: 'A sample fleet: backend and shop',
      identity: { name: 'Tidemark', email: 'sample@tidemark.invalid' },
      clock: systemClock,
    })
  return pathToFileURL(data.sample).href
}

/** Puts what shows who we are to the Git server where the fetcher looks for it. */
async function keepCredentials(
  { gitUsername, gitPasswordFile, gitTokenFile, gitCaFile }: UpOptions,
  data: DataDir,
  cluster: string,
): Promise<string> {
  const keys = {
    username: gitUsername,
    password: await textOf(gitPasswordFile),
    bearerToken: await textOf(gitTokenFile),
    'ca.crt': await textOf(gitCaFile),
  }
  if (Object.values(keys).every((value) => value === undefined)) return ''
  const folder = join(data.secrets, cluster, 'flux-system')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writePrivate(join(folder, `${SECRET}.json`), JSON.stringify(keys))
  return SECRET
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim()
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
