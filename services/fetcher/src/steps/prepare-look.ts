import type { ClusterInputRef, ObjectRef, SecretRole, SourceDeclared } from '@tidemark/contracts'
import type { Cause, SecretValues } from '@tidemark/service'
import type { FoundSecrets, Included, LookedAt } from '../ports.ts'
import { findIncludes } from './find-includes.ts'
import { findSecret, type FindSecretDeps } from './find-secret.ts'
import type { KnownSource, KnownSources } from './known-sources.ts'

export interface PrepareLookDeps extends FindSecretDeps {
  readonly sources: KnownSources
}

export interface PrepareLookOptions {
  readonly known: KnownSource
  readonly declared: SourceDeclared
  readonly cause: Cause
  /** What is not there yet is waited for, since it wakes us, or is told as a failure. */
  readonly pending: 'wait' | 'tell'
}

/** What a look at a source needs, or why there can be none. */
export type Prepared =
  | {
      readonly kind: 'ready'
      readonly source: LookedAt & {
        readonly upstream: LookedAt | undefined
        readonly includes?: readonly Included[]
      }
    }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'refused'; readonly code: LackingCode; readonly message: string }

/** What a look cannot do without. */
type LackingCode =
  | 'INCLUDE_UNAVAILABLE' // A source that this one includes has nothing to give.
  | 'SECRET_MISSING' // A Secret is neither on its cluster nor set.
  | 'SECRET_PENDING' // Its cluster has not said yet whether it has it.
  | 'SOURCE_MISSING' // What a chart is in is not declared, or has nothing to give.

/** Finds the Secrets that a source names, of a chart the source that it is in, and the artifacts that are included. */
export async function prepareLook(
  deps: PrepareLookDeps,
  { known, declared, cause, pending }: PrepareLookOptions,
  signal: AbortSignal,
): Promise<Prepared> {
  const options = { project: declared.project, cause, pending }
  const own = await findSecrets(deps, known, options, signal)
  if (own.kind !== 'found') return own
  const included = findIncludes(deps.sources, known, pending)
  if (included.kind !== 'found') return included
  const { includes } = included
  const source = { declared, known: known.state, secrets: own.secrets, includes }
  const upstream = deps.sources.upstreamOf(known)
  if (upstream === undefined) return { kind: 'ready', source: { ...source, upstream: undefined } }
  const problem = problemOf(upstream, declared.helmChart?.upstream, pending)
  if (problem !== undefined) return problem
  const theirs = await findSecrets(deps, upstream, options, signal)
  if (theirs.kind !== 'found') return theirs
  const base = upstream.declared && {
    declared: upstream.declared,
    known: upstream.state,
    secrets: theirs.secrets,
  }
  return { kind: 'ready', source: { ...source, upstream: base } }
}

/** What keeps a chart from being looked for: nothing is declared that it could be in, or nothing fetched. */
function problemOf(
  { declared, state }: KnownSource,
  object: ObjectRef | undefined,
  pending: 'wait' | 'tell',
): Exclude<Prepared, { kind: 'ready' }> | undefined {
  const name = `${object?.kind ?? ''} ${object?.namespace ?? ''}/${object?.name ?? ''}`
  if (declared === undefined)
    return {
      kind: 'refused',
      code: 'SOURCE_MISSING',
      message: `the chart is to be in ${name}, which is not declared on the cluster: add it, or mend sourceRef`,
    }
  if (declared.helmRepository?.type === 'oci' || state.sequence > 0n) return undefined
  if (state.failing === undefined && pending === 'wait') return { kind: 'waiting' }
  const why = state.failing?.message ?? 'nothing of it has been fetched yet'
  return { kind: 'refused', code: 'SOURCE_MISSING', message: `the chart is in ${name}: ${why}` }
}

type SecretsFound =
  | { readonly kind: 'found'; readonly secrets: FoundSecrets }
  | Exclude<Prepared, { kind: 'ready' }>

async function findSecrets(
  deps: FindSecretDeps,
  { secrets }: KnownSource,
  options: {
    readonly project: string
    readonly cause: Cause
    readonly pending: 'wait' | 'tell'
  },
  signal: AbortSignal,
): Promise<SecretsFound> {
  const values = new Map<SecretRole, SecretValues>()
  const lacking: Exclude<Prepared, { kind: 'ready' }>[] = []
  for (const [role, ref] of secrets) {
    const found = await findSecret(deps, { ref, ...options }, signal)
    if (found.kind === 'found') values.set(role, found.values)
    else if (found.kind === 'missing') lacking.push(missing(ref, found.message))
    else lacking.push(options.pending === 'wait' ? { kind: 'waiting' } : unread(ref))
  }
  const first = lacking.find(({ kind }) => kind === 'waiting') ?? lacking[0]
  return first ?? { kind: 'found', secrets: values }
}

function unread({ cluster, namespace, name }: ClusterInputRef): Prepared & { kind: 'refused' } {
  return {
    kind: 'refused',
    code: 'SECRET_PENDING',
    message:
      `Secret ${namespace}/${name} has not been read from cluster ${cluster} yet: is the cluster ` +
      'registered, and does its applier run?',
  }
}

function missing(
  { cluster, namespace, name }: ClusterInputRef,
  why: string,
): Prepared & { kind: 'refused' } {
  return {
    kind: 'refused',
    code: 'SECRET_MISSING',
    message:
      `${why}; create it there, or give its values: ` +
      `tidemark secret set ${namespace}/${name} --cluster ${cluster}`,
  }
}
