import type { SourceDeclared } from '@tidemark/contracts'
import {
  GitRefused,
  readVerificationKeys,
  verifySignatures,
  type AddressPolicy,
  type Commit,
  type Git,
  type GitCredentials,
  type GithubApps,
  type GitSource,
  type ProxyChoice,
  type Resolution,
  type Verification,
} from '@tidemark/git'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import type { SecretValues } from '@tidemark/service'
import type { Observation, SourceState } from '../domain/source.ts'
import type { LookedAt, Repositories } from '../ports.ts'
import { gitCredentials, githubApp, proxyChoice } from './git-credentials.ts'

const SUBJECT_MAX = 200

/** Where the files of a revision go. */
export interface Artifacts {
  keep(
    commit: { readonly source: GitSource; readonly commit: Commit },
    options: { readonly ignore: string | undefined; readonly previousBlob: string },
    signal: AbortSignal,
  ): Promise<{
    readonly digest: string
    readonly blob: string
    readonly fileCount: number
    readonly byteCount: number
  }>
}

export interface GitRepositoriesParts {
  readonly git: Git
  readonly artifacts: Artifacts
  readonly apps: GithubApps
  readonly policy: AddressPolicy
  readonly clock: Clock
  readonly crashPoints: CrashPoints
}

/** Sources in Git, looked at by `libs/git`. */
export function gitRepositories(parts: GitRepositoriesParts): Repositories {
  return {
    observe: async (source, signal) => {
      using deadline = parts.clock.deadline(Number(source.declared.timeoutMs), signal)
      try {
        return await observe(parts, source, deadline.signal)
      } catch (error) {
        if (error instanceof GitRefused)
          return { kind: 'refused', code: error.code, message: error.message }
        throw error
      }
    },
  }
}

async function observe(
  parts: GitRepositoriesParts,
  { declared, known, secrets }: LookedAt,
  signal: AbortSignal,
): Promise<Observation> {
  const { git, artifacts, policy, crashPoints } = parts
  const { url, ref, provider, verification } = declared.git ?? NOWHERE
  const proxy = secrets.get('proxy')
  const via = proxy === undefined ? undefined : proxyChoice(proxy)
  const signIn = { secret: secrets.get('credentials'), provider, proxy: via }
  const credentials = await credentialsFor(parts.apps, signIn, signal)
  await using source = await git.open({
    url,
    policy,
    ...(credentials === undefined ? {} : { credentials }),
    ...(via === undefined ? {} : { proxy: via }),
  })
  const resolution = await source.resolve(ref ?? {}, signal)
  if (resolution.revision === known.revision && known.failing === undefined)
    return { kind: 'unchanged' }
  crashPoints.at('fetcher.resolved')
  const commit = await source.fetch(resolution, signal)
  if (verification !== undefined)
    await verifySignatures(commit, resolution, {
      mode: modeOf(verification.mode),
      keys: await readVerificationKeys(filesOf(secrets.get('verification'))),
    })
  return await take({ source, artifacts }, { declared, known, resolution, commit }, signal)
}

const NOWHERE = { url: '', ref: undefined, provider: '', verification: undefined }

/** A mode that is not known is held to be the strictest. */
function modeOf(mode: string): Verification['mode'] {
  return mode === 'HEAD' || mode === 'Tag' ? mode : 'TagAndHEAD'
}

function filesOf(values: SecretValues | undefined): ReadonlyMap<string, string> {
  const files = [...(values?.reveal() ?? [])]
  return new Map(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]))
}

/** The credentials themselves, or for the provider `github` a token of the app that the Secret is of. */
async function credentialsFor(
  apps: GithubApps,
  { secret, provider, proxy }: SignIn,
  signal: AbortSignal,
): Promise<GitCredentials | undefined> {
  if (secret === undefined) return undefined
  const credentials = gitCredentials(secret)
  if (provider !== 'github') return credentials
  return { ...credentials, login: await apps.login(githubApp(secret), proxy, signal) }
}

interface SignIn {
  readonly secret: SecretValues | undefined
  readonly provider: string
  readonly proxy: ProxyChoice | undefined
}

async function take(
  { source, artifacts }: { readonly source: GitSource; readonly artifacts: Artifacts },
  {
    declared,
    known,
    resolution,
    commit,
  }: {
    readonly declared: SourceDeclared
    readonly known: SourceState
    readonly resolution: Resolution
    readonly commit: Commit
  },
  signal: AbortSignal,
): Promise<Observation> {
  const kept = await artifacts.keep(
    { source, commit },
    { ignore: declared.git?.ignore, previousBlob: known.artifactBlob },
    signal,
  )
  const before = known.revision.split(':').at(-1) ?? ''
  const moved = before !== '' && before !== resolution.commit
  const descends = moved ? await source.descends(commit, before, signal) : 'yes'
  return {
    kind: 'found',
    revision: resolution.revision,
    artifactDigest: kept.digest,
    artifactBlob: kept.blob,
    fileCount: kept.fileCount,
    byteCount: kept.byteCount,
    commit: {
      sha: resolution.commit,
      author: commit.author.name,
      subject: (commit.message.split('\n')[0] ?? '').slice(0, SUBJECT_MAX),
      committedAtMs: BigInt(commit.committer.seconds) * 1000n,
    },
    forced: descends === 'no',
  }
}
