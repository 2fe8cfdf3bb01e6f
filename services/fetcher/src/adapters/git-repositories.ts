import type { SourceDeclared } from '@tidemark/contracts'
import {
  GitRefused,
  redactUrl,
  type AddressPolicy,
  type Commit,
  type Git,
  type GitCredentials,
  type GitSource,
  type Resolution,
} from '@tidemark/git'
import type { Clock } from '@tidemark/kernel'
import type { Observation, SourceState } from '../domain/source.ts'
import type { Repositories } from '../ports.ts'

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

/** The credentials that an object's `secretRef` names. */
export interface Credentials {
  find(declared: SourceDeclared, signal: AbortSignal): Promise<GitCredentials | undefined>
}

export interface GitRepositoriesParts {
  readonly git: Git
  readonly artifacts: Artifacts
  readonly credentials: Credentials
  readonly policy: AddressPolicy
  readonly clock: Clock
}

/** Sources in Git, looked at by `libs/git`. */
export function gitRepositories(parts: GitRepositoriesParts): Repositories {
  return {
    observe: async (declared, known, signal) => {
      using deadline = parts.clock.deadline(Number(declared.timeoutMs), signal)
      try {
        return await observe(parts, declared, known, deadline.signal)
      } catch (error) {
        if (error instanceof GitRefused)
          return { kind: 'refused', code: error.code, message: error.message }
        throw error
      }
    },
  }
}

async function observe(
  { git, artifacts, credentials, policy }: GitRepositoriesParts,
  declared: SourceDeclared,
  known: SourceState,
  signal: AbortSignal,
): Promise<Observation> {
  const { url, ref, secretName } = declared.git ?? NOWHERE
  const secret = await credentials.find(declared, signal)
  if (secret === undefined && secretName !== '') return missingSecret(declared)
  await using source = await git.open({
    url,
    policy,
    ...(secret === undefined ? {} : { credentials: secret }),
  })
  const resolution = await source.resolve(ref ?? {}, signal)
  if (resolution.revision === known.revision && known.failing === undefined)
    return { kind: 'unchanged' }
  return await take({ source, artifacts }, { declared, known, resolution }, signal)
}

const NOWHERE = { url: '', ref: undefined, secretName: '' }

function missingSecret({ object, git }: SourceDeclared): Observation {
  const name = `${object?.namespace ?? ''}/${git?.secretName ?? ''}`
  return {
    kind: 'refused',
    code: 'SECRET_MISSING',
    message:
      `the credentials ${name} of ${redactUrl(git?.url ?? '')} are not known; give them with ` +
      '--git-token-file or --git-password-file, or in the secrets folder',
  }
}

async function take(
  { source, artifacts }: { readonly source: GitSource; readonly artifacts: Artifacts },
  {
    declared,
    known,
    resolution,
  }: {
    readonly declared: SourceDeclared
    readonly known: SourceState
    readonly resolution: Resolution
  },
  signal: AbortSignal,
): Promise<Observation> {
  const commit = await source.fetch(resolution, signal)
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
