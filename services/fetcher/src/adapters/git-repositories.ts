import type { SourceDeclared } from '@tidemark/contracts'
import {
  GitRefused,
  filesOf,
  openSubmodules,
  readVerificationKeys,
  redactUrl,
  SourceTimeout,
  verifySignatures,
  type AddressPolicy,
  type Commit,
  type Files,
  type Git,
  type GitCredentials,
  type GithubApps,
  type GitSource,
  type ProxyChoice,
  type Remote,
  type Resolution,
  type Verification,
} from '@tidemark/git'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import type { SecretValues } from '@tidemark/service'
import { isPutTogetherWith, type Observation, type SourceState } from '../domain/source.ts'
import type { Included, Repositories } from '../ports.ts'
import { isKept, sparseFiles } from './sparse-files.ts'
import type { Include } from './include-files.ts'
import { mirrorUrl, type Mirrors } from './mirrors.ts'
import { gitCredentials, githubApp, proxyChoice } from './git-credentials.ts'

const SUBJECT_MAX = 200

/** Where the files of a revision go. */
export interface Artifacts {
  keep(
    files: Files,
    options: {
      readonly ignore: string | undefined
      readonly includes: readonly Include[]
      readonly previousBlob: string
    },
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
  /** Projects whose sources only go forward; `*` is all. */
  readonly refuseForcePushes: readonly string[]
  readonly mirrors: Mirrors
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
        throw deadline.signal.aborted && !signal.aborted ? late(source.declared) : error
      }
    },
  }
}

// A line of gitignore that leaves everything out, which lines after it take back in part.
const ALL = /^\s*\/?\*{1,2}\s*$/mu

/** Whether most files are left out, so that their contents need not come. */
function keepsFew(git: SourceDeclared['git']): boolean {
  return (git?.sparseCheckout.length ?? 0) > 0 || ALL.test(git?.ignore ?? '')
}

function late({ git, timeoutMs }: SourceDeclared): SourceTimeout {
  const url = redactUrl(git?.url ?? '')
  return new SourceTimeout(
    `cannot read the source ${url}: there was no whole answer in ${Number(timeoutMs) / 1000} s (spec.timeout)`,
  )
}

async function observe(
  parts: GitRepositoriesParts,
  { declared, known, secrets, includes = [] }: Look,
  signal: AbortSignal,
): Promise<Observation> {
  const { git, policy, crashPoints } = parts
  const { url, ref, provider, verification } = declared.git ?? NOWHERE
  const proxy = secrets.get('proxy')
  const via = proxy === undefined ? undefined : proxyChoice(proxy)
  const signIn = { secret: secrets.get('credentials'), provider, proxy: via }
  const asked = mirroredUrl(parts.mirrors, url)
  // A mirror is the operator's: it never sees what signs in to the original.
  const credentials = asked === url ? await credentialsFor(parts.apps, signIn, signal) : undefined
  const remote: Remote = {
    url: asked,
    policy,
    contents: keepsFew(declared.git) ? 'on demand' : 'with the commit',
    ...(credentials === undefined ? {} : { credentials }),
    ...(via === undefined ? {} : { proxy: via }),
  }
  await using source = await git.open(remote)
  const resolution = await source.resolve(ref ?? {}, signal)
  const artifacts = includes.map(({ artifact }) => artifact)
  const isSame = resolution.revision === known.revision && isPutTogetherWith(known, artifacts)
  if (isSame && known.failing === undefined) return { kind: 'unchanged' }
  crashPoints.at('fetcher.resolved')
  const commit = await source.fetch(resolution, signal)
  if (verification !== undefined)
    await verifySignatures(commit, resolution, {
      mode: modeOf(verification.mode),
      keys: await readVerificationKeys(textsOf(secrets.get('verification'))),
    })
  const fetched = { remote, source, resolution, commit }
  return await take(parts, { declared, known, includes, fetched }, signal)
}

type Look = Parameters<Repositories['observe']>[0]

const NOWHERE = { url: '', ref: undefined, provider: '', verification: undefined }

/** A mode that is not known is held to be the strictest. */
function modeOf(mode: string): Verification['mode'] {
  return mode === 'HEAD' || mode === 'Tag' ? mode : 'TagAndHEAD'
}

function textsOf(values: SecretValues | undefined): ReadonlyMap<string, string> {
  const files = [...(values?.reveal() ?? [])]
  return new Map(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]))
}

function mirroredUrl(mirrors: Mirrors, url: string): string {
  if (!/^(?:https?|ssh):/u.test(url) || !URL.canParse(url)) return url
  const asked = mirrorUrl(mirrors, new URL(url))
  return asked.href === new URL(url).href ? url : asked.href
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

/** A commit that is here. */
interface Fetched {
  readonly remote: Remote
  readonly source: GitSource
  readonly resolution: Resolution
  readonly commit: Commit
}

async function take(
  { git, artifacts, refuseForcePushes }: GitRepositoriesParts,
  {
    declared,
    known,
    includes,
    fetched,
  }: Pick<Look, 'declared' | 'known'> & {
    readonly includes: readonly Included[]
    readonly fetched: Fetched
  },
  signal: AbortSignal,
): Promise<Observation> {
  const { resolution, commit } = fetched
  const forced = await isForced(fetched, known, signal)
  if (forced !== 'no' && refuses(refuseForcePushes, declared.project))
    throw forcePush(known.revision, resolution.revision)
  await using files = await checkOut(git, fetched, declared.git, signal)
  const kept = await artifacts.keep(
    files,
    {
      ignore: declared.git?.ignore,
      includes: includes.map(({ include, artifactBlob }) => ({ ...include, artifactBlob })),
      previousBlob: known.artifactBlob,
    },
    signal,
  )
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
    includes: includes.map(({ artifact }) => artifact),
    forced: forced === 'yes',
  }
}

/** Whether what was fetched before is lost: a tag that was moved, or a branch that leads past it no more. */
async function isForced(
  { source, resolution, commit }: Fetched,
  { revision }: SourceState,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  const { label, sha } =
    /^(?:(?<label>.*)@)?sha1:(?<sha>[0-9a-f]{40})$/u.exec(revision)?.groups ?? {}
  if (sha === undefined || sha === resolution.commit) return 'no'
  if (resolution.revision !== `${label ?? ''}@sha1:${resolution.commit}`) return 'no' // Another tag of a range.
  if (resolution.tagName !== undefined) return 'yes'
  const descends = await source.descends(commit, sha, signal)
  return descends === 'unknown' ? 'unknown' : descends === 'yes' ? 'no' : 'yes'
}

function refuses(projects: readonly string[], project: string): boolean {
  return projects.includes(project) || projects.includes('*')
}

function forcePush(before: string, after: string): GitRefused {
  return new GitRefused(
    'SOURCE_FORCED',
    `${after} does not have ${before} behind it, and force pushes are refused here: push what goes on from that, or ask the operator to take the project out of TIDEMARK_REFUSE_FORCE_PUSHES`,
  )
}

/** The files of a commit, with its submodules and without what is not wanted; read until disposed. */
async function checkOut(
  git: Git,
  { remote, source, commit }: Fetched,
  declared: SourceDeclared['git'],
  signal: AbortSignal,
): Promise<Files & AsyncDisposable> {
  await using held = new AsyncDisposableStack()
  const own = await filesOf(source, commit, signal)
  const folders = declared?.sparseCheckout ?? []
  const isWanted = (path: string): boolean => isKept(folders, path)
  const whole =
    declared?.recurseSubmodules === true
      ? held.use(await openSubmodules(git, own, { remote, isWanted }, signal))
      : own
  const sparse = sparseFiles(whole, folders)
  const moved = held.move()
  return { ...sparse, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}
