import { isRecord } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { GIT_REPOSITORY_SPEC } from './git-repository-fields.ts'
import { optionalText, readSourceFrame, refName, type SourceFrame } from './source-frame.ts'

const BRANCH = 'master' // As in Flux: no ref is this branch.

/** A GitRepository, with Flux's defaults filled in. */
export interface GitRepositoryModel extends SourceFrame {
  readonly kind: 'GitRepository'
  readonly url: string
  readonly ref: GitRefModel
  /** gitignore lines that replace the default exclusions; `undefined` keeps them. */
  readonly ignore: string | undefined
  readonly secretName: string
  readonly proxySecretName: string
  readonly provider: 'generic' | 'github'
  readonly verification: GitVerificationModel | undefined
  readonly includes: readonly GitIncludeModel[]
  readonly recurseSubmodules: boolean
  /** Folders; none keeps all. */
  readonly sparseCheckout: readonly string[]
}

/** The artifact of another GitRepository of the namespace, put into this one's. */
export interface GitIncludeModel {
  readonly name: string
  /** A folder of it; empty is all. */
  readonly fromPath: string
  readonly toPath: string
}

/** What must be signed, and where the keys are. */
export interface GitVerificationModel {
  readonly mode: 'HEAD' | 'Tag' | 'TagAndHEAD'
  readonly secretName: string
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
  const { spec } = read.model
  if (spec['provider'] === 'github' && refName(spec['secretRef']) === '')
    return { kind: 'refused', problems: [WITHOUT_APP] }
  return {
    kind: 'read',
    model: {
      kind: 'GitRepository',
      ...readSourceFrame(read.model),
      url: textOf(spec['url']),
      ref: readRef(spec['ref']),
      ignore: optionalText(spec['ignore']),
      secretName: refName(spec['secretRef']),
      proxySecretName: refName(spec['proxySecretRef']),
      provider: spec['provider'] === 'github' ? 'github' : 'generic',
      verification: readVerification(spec['verify']),
      includes: listOf(spec['include']).map((include) => readInclude(include)),
      recurseSubmodules: spec['recurseSubmodules'] === true,
      sparseCheckout: listOf(spec['sparseCheckout']).map((folder) => textOf(folder)),
    },
  }
}

const WITHOUT_APP = {
  field: 'spec.secretRef',
  message: 'is required with the provider github: it names the Secret of the GitHub App',
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function readInclude(value: unknown): GitIncludeModel {
  const include = isRecord(value) ? value : {}
  const name = refName(include['repository'])
  return {
    name,
    fromPath: textOf(include['fromPath']),
    toPath: textOf(include['toPath']) || name, // As in Flux.
  }
}

function readVerification(value: unknown): GitVerificationModel | undefined {
  if (!isRecord(value)) return undefined
  const mode = textOf(value['mode'])
  return {
    mode: mode === 'Tag' || mode === 'TagAndHEAD' ? mode : 'HEAD', // `head` is what it was called before.
    secretName: refName(value['secretRef']),
  }
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
