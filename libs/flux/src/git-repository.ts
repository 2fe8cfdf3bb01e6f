import { isRecord, parseDuration } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { GIT_REPOSITORY_SPEC } from './git-repository-fields.ts'

const TIMEOUT_MS = 60_000 // Flux's default.
const BRANCH = 'master' // As in Flux: no ref is this branch.

/** A GitRepository, with Flux's defaults filled in. */
export interface GitRepositoryModel {
  readonly name: string
  readonly namespace: string
  readonly url: string
  readonly ref: GitRefModel
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly suspend: boolean
  /** gitignore lines that replace the default exclusions; `undefined` keeps them. */
  readonly ignore: string | undefined
  readonly secretName: string
  readonly proxySecretName: string
  readonly provider: 'generic' | 'github'
}

/** Precedence is commit, name, semver, tag, branch: the first that is not empty. */
export interface GitRefModel {
  readonly commit: string
  readonly name: string
  readonly semver: string
  readonly tag: string
  readonly branch: string
}

/** Reads a GitRepository (source.toolkit.fluxcd.io/v1). */
export function readGitRepository(value: unknown): Read<GitRepositoryModel> {
  const read = readFluxObject(value, GIT_REPOSITORY_SPEC)
  if (read.kind === 'refused') return read
  const { metadata, spec } = read.model
  if (spec['provider'] === 'github' && nameIn(spec['secretRef']) === '')
    return { kind: 'refused', problems: [WITHOUT_APP] }
  return {
    kind: 'read',
    model: {
      ...metadata,
      url: textOf(spec['url']),
      ref: readRef(spec['ref']),
      intervalMs: parseDuration(textOf(spec['interval'])) ?? 0,
      timeoutMs: parseDuration(textOf(spec['timeout'])) ?? TIMEOUT_MS,
      suspend: spec['suspend'] === true,
      ignore: typeof spec['ignore'] === 'string' ? spec['ignore'] : undefined,
      secretName: nameIn(spec['secretRef']),
      proxySecretName: nameIn(spec['proxySecretRef']),
      provider: spec['provider'] === 'github' ? 'github' : 'generic',
    },
  }
}

const WITHOUT_APP = {
  field: 'spec.secretRef',
  message: 'is required with the provider github: it names the Secret of the GitHub App',
}

function nameIn(ref: unknown): string {
  return isRecord(ref) ? textOf(ref['name']) : ''
}

function readRef(value: unknown): GitRefModel {
  const ref = isRecord(value) ? value : {}
  const model = {
    commit: textOf(ref['commit']),
    name: textOf(ref['name']),
    semver: textOf(ref['semver']),
    tag: textOf(ref['tag']),
    branch: textOf(ref['branch']),
  }
  const empty = Object.values(model).every((part) => part === '')
  return empty ? { ...model, branch: BRANCH } : model
}
