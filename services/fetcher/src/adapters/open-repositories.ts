import { GithubApps, openGit, type AddressPolicy, type EnvironmentProxies } from '@tidemark/git'
import type { Clock, CrashPoints, Random } from '@tidemark/kernel'
import { RegistryTokens } from '@tidemark/oci'
import type { Repositories } from '../ports.ts'
import { storeArtifact, type ArtifactBlobs } from './artifact-store.ts'
import { buckets } from './buckets.ts'
import { composedArtifacts } from './composed-artifacts.ts'
import { gitRepositories, type Artifacts } from './git-repositories.ts'
import { helmCharts } from './helm-charts.ts'
import { helmRepositories } from './helm-repositories.ts'
import { includeFiles } from './include-files.ts'
import { orderMirrors, type Mirror } from './mirrors.ts'
import { ociRepositories } from './oci-repositories.ts'
import { repositoriesByKind } from './repositories-by-kind.ts'

export interface OpenRepositoriesOptions {
  /** A folder for what can be fetched again. */
  readonly cacheDirectory: string
  readonly policy: AddressPolicy
  readonly proxies?: EnvironmentProxies | undefined
  /** Projects whose sources only go forward; `*` is all. */
  readonly refuseForcePushes?: readonly string[]
  /** Where hosts are asked for instead of themselves. */
  readonly mirrors?: readonly Mirror[]
  readonly blobs: ArtifactBlobs
  readonly clock: Clock
  readonly random: Random
  readonly crashPoints: CrashPoints
}

/** Sources of all kinds, over the git of this machine (or isomorphic-git) and our own clients. */
export async function openRepositories(
  options: OpenRepositoriesOptions,
): Promise<Repositories & AsyncDisposable> {
  const { cacheDirectory, policy, proxies, mirrors = [] } = options
  const { blobs, clock, random, crashPoints } = options
  const git = await openGit({
    cacheDirectory,
    clock,
    random,
    ...(proxies === undefined ? {} : { proxies }),
  })
  const web = {
    policy,
    proxies,
    blobs,
    clock,
    crashPoints,
    mirrors: orderMirrors(mirrors),
    tokens: new RegistryTokens(),
  }
  const repositories = repositoriesByKind({
    git: gitRepositories({
      git,
      clock,
      crashPoints,
      policy,
      refuseForcePushes: options.refuseForcePushes ?? [],
      mirrors: web.mirrors,
      apps: new GithubApps({ clock, policy, proxies }),
      artifacts: gitArtifacts(options),
    }),
    oci: ociRepositories(web),
    helmRepository: helmRepositories(web),
    helmChart: helmCharts(web),
    bucket: buckets(web),
    composed: composedArtifacts(options.blobs),
  })
  return { ...repositories, [Symbol.asyncDispose]: () => git[Symbol.asyncDispose]() }
}

/** Commits are kept file by file: what the artifact before holds is neither read nor stored again. */
function gitArtifacts({ blobs, crashPoints }: OpenRepositoriesOptions): Artifacts {
  return {
    keep: async (checkedOut, { ignore, includes, previousBlob }, signal) => {
      crashPoints.at('fetcher.pack-fetched')
      const kept = await storeArtifact(
        blobs,
        {
          ...(await includeFiles(blobs, checkedOut, includes, signal)),
          ...(ignore === undefined ? {} : { ignore }),
          ...(previousBlob === '' ? {} : { previous: previousBlob }),
        },
        signal,
      )
      crashPoints.at('fetcher.artifact-kept')
      const { digest, blob, files, bytes } = kept
      return { digest, blob, fileCount: files, byteCount: bytes }
    },
  }
}
