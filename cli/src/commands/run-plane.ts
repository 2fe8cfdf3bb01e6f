import { ClusterAccess } from '@tidemark/contracts'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ApiClient } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { tell } from '../client/print.ts'
import { tellPush } from '../client/push-hook.ts'
import { crashPoints, environment, isOnPath, ownKubeconfig } from '../config.ts'
import { startEmbedded, type Embedded } from '../serve/embedded.ts'
import { startGitServer, type GitServer } from '../serve/git-server.ts'
import { readMirrors } from '../serve/platform-config.ts'
import type { OpenState } from '../serve/open-state.ts'
import { SAMPLE_CLUSTERS, seedSample } from '../serve/sample-repository.ts'
import { followUntilReady, showUntilInterrupted } from './follow.ts'
import { nextSteps, sampleSteps } from './next-steps.ts'
import type { ContextChoice, UpOptions } from './up-options.ts'

const SECRET = 'flux-system'
const SANDBOX_CLUSTER = 'dev' // Where a repository is named and no cluster.
const SAMPLE_INTERVAL_MS = 10_000n // What is pushed past the webhook of our own Git server is seen too.

/** A plane as it was asked for. */
interface PlaneWish {
  readonly options: UpOptions
  readonly contexts: readonly ContextChoice[]
  readonly timeoutMs: number
  readonly intervalMs: bigint
  /** Resolves with the first signal. */
  readonly told: Promise<unknown>
  /** When the start began, on the monotonic clock. */
  readonly began: number
  /** Its folder and its ledger, which are being opened. */
  readonly state: Promise<OpenState>
}

/** Runs a plane until it is told to end, or with `--exit-when-ready` until all is ready. */
export async function runPlane(wish: PlaneWish): Promise<void> {
  const { options, contexts, timeoutMs, intervalMs, told, began, state } = wish
  const sandboxes = sandboxesOf(options, contexts)
  await using plane = await start(options, sandboxes, state)
  using api = new ApiClient(plane.apiAddress, plane.token.reveal(), undefined)
  tell(
    `ready in ${((systemClock.monotonic() - began) / 1000).toFixed(1)} s: API ${plane.apiAddress}, webhooks ${plane.hookAddress}, state in ${options.dataDir}`,
  )
  const clusters =
    contexts.length === 0 ? sandboxes.map((cluster) => ({ cluster, context: '' })) : contexts
  const sample = options.repo === undefined
  const url = sample ? await seedSample(plane.data.sample, systemClock) : repositoryUrl(options)
  await declare(api, { options, clusters, url, intervalMs })
  const ending = Promise.race([told, plane.stopped])
  if (options.exitWhenReady === true) {
    const following = followUntilReady(api, { timeoutMs, clock: systemClock })
    process.exitCode = await Promise.race([following, ending.then(() => EXIT.interrupted)])
    return
  }
  await using git = sample ? await serveSample(plane, url) : undefined
  const dataDir = options.dataDir
  const kubeconfig = join(dataDir, 'kubeconfig')
  const steps = sample
    ? sampleSteps({ dataDir, kubeconfig, gitUrl: git?.url, kubectl: isOnPath('kubectl') })
    : nextSteps(dataDir)
  await showUntilInterrupted(api, { ending, steps, began, clock: systemClock })
}

function sandboxesOf({ repo }: UpOptions, contexts: readonly ContextChoice[]): readonly string[] {
  if (contexts.length > 0) return []
  return repo === undefined ? SAMPLE_CLUSTERS : [SANDBOX_CLUSTER]
}

async function start(
  options: UpOptions,
  sandboxes: readonly string[],
  state: Promise<OpenState>,
): Promise<Embedded> {
  return await startEmbedded({
    state,
    sandboxes,
    apiPort: options.port,
    logLevel: options.log,
    clock: systemClock,
    random: systemRandom,
    crashPoints: crashPoints(),
    kubeconfigPath: options.kubeconfig ?? ownKubeconfig(),
    mirrors: readMirrors('--mirror', options.mirror),
  })
}

/** The sample repository over HTTP; a push is told to the plane as a Git server's webhook would. */
async function serveSample(
  { data, hookAddress }: Embedded,
  url: string,
): Promise<GitServer | undefined> {
  const secret = data.hookSecret.reveal()
  const onPush = (): void => {
    tellPush({ hooks: hookAddress, secret, url }).catch((error: unknown) => {
      tell(`the push is seen at the next look; the webhook failed: ${String(error)}`)
    })
  }
  return await startGitServer({ repository: data.sample, environment: environment(), onPush })
}

interface Declared {
  readonly options: UpOptions
  readonly clusters: readonly ContextChoice[]
  readonly url: string
  readonly intervalMs: bigint
}

/** Registers the clusters and says what they are fed from. Saying the same again changes nothing. */
async function declare(
  api: ApiClient,
  { options, clusters, url, intervalMs }: Declared,
): Promise<void> {
  const isSample = options.repo === undefined
  for (const { cluster, context } of clusters) {
    const kind =
      context === ''
        ? ({ $case: 'sandbox', value: {} } as const)
        : ({
            $case: 'kubeconfigContext',
            value: { context, path: options.kubeconfig ?? '' },
          } as const)
    const access = ClusterAccess.fromPartial({ kind })
    await api.call(api.raw.registerCluster, {
      cluster,
      access,
      project: 'default',
      labels: [],
      variables: [],
    })
    const secretName = await setCredentials(api, options, cluster)
    await api.call(api.raw.declareRoot, {
      cluster,
      project: 'default',
      url,
      ref: { branch: options.branch, tag: '', semver: '', name: '', commit: '' },
      path: isSample ? `clusters/${cluster}` : options.path,
      intervalMs: isSample ? SAMPLE_INTERVAL_MS : intervalMs,
      secretName,
    })
  }
}

/** A folder of this machine as a URL; anything else as it is. */
function repositoryUrl({ repo = '' }: UpOptions): string {
  return /^\w+:\/\//u.test(repo) ? repo : pathToFileURL(repo).href
}

/** Gives what shows who we are to the Git server, for where the cluster itself has no such Secret. */
async function setCredentials(
  api: ApiClient,
  { gitUsername, gitPasswordFile, gitTokenFile, gitCaFile }: UpOptions,
  cluster: string,
): Promise<string> {
  const keys = {
    username: gitUsername,
    password: await textOf(gitPasswordFile, '--git-password-file'),
    bearerToken: await textOf(gitTokenFile, '--git-token-file'),
    'ca.crt': await textOf(gitCaFile, '--git-ca-file'),
  }
  const values = Object.entries(keys).flatMap(([key, text]) =>
    text === undefined ? [] : [{ key, value: Buffer.from(text, 'utf8') }],
  )
  if (values.length === 0) return ''
  const secret = { cluster, namespace: SECRET, name: SECRET }
  await api.call(api.raw.setSecret, { ...secret, values, requestId: '' })
  return SECRET
}

async function textOf(file: string | undefined, option: string): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new CommandError(`${option} ${file} cannot be read: ${code}`, EXIT.usage)
  })
  return text.trim()
}
