import {
  GitRefused,
  SourceTimeout,
  type AddressPolicy,
  type EnvironmentProxies,
} from '@tidemark/git'
import { HelmError } from '@tidemark/helm'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import { FetchRefused, type RegistryTokens, type WebOptions } from '@tidemark/oci'
import { SourceError } from '@tidemark/source-tree'
import type { Observation } from '../domain/source.ts'
import type { FoundSecrets, LookedAt, Repositories } from '../ports.ts'
import type { ArtifactBlobs } from './artifact-store.ts'
import { proxyChoice } from './git-credentials.ts'
import type { Mirrors } from './mirrors.ts'
import { certificatesIn } from './source-secrets.ts'

/** What sources other than Git are fetched with. */
export interface WebSourceParts {
  readonly policy: AddressPolicy
  readonly proxies: EnvironmentProxies | undefined
  readonly mirrors: Mirrors
  readonly tokens: RegistryTokens
  readonly blobs: ArtifactBlobs
  readonly clock: Clock
  readonly crashPoints: CrashPoints
}

export type Look = (
  source: LookedAt & { readonly upstream?: LookedAt | undefined },
  signal: AbortSignal,
) => Promise<Observation>

/** A look within the source's timeout; what is refused on the way is the answer. */
export function withinTimeout(clock: Clock, look: Look): Repositories {
  return {
    observe: async (source, signal) => {
      const timeoutMs = Number(source.declared.timeoutMs)
      using deadline = clock.deadline(timeoutMs, signal)
      try {
        return await look(source, deadline.signal)
      } catch (error) {
        if (isRefusal(error)) return { kind: 'refused', code: error.code, message: error.message }
        if (!deadline.signal.aborted || signal.aborted) throw error
        throw new SourceTimeout(`there was no whole answer in ${timeoutMs / 1000} s`, {
          cause: error,
        })
      }
    },
  }
}

/** How the servers of a source are reached. */
export function webOptions(parts: WebSourceParts, secrets: FoundSecrets): WebOptions {
  const proxy = secrets.get('proxy')
  return {
    policy: parts.policy,
    proxies: parts.proxies,
    proxy: proxy === undefined ? undefined : proxyChoice(proxy),
    certificates: certificatesIn(secrets),
  }
}

type Refusal = FetchRefused | GitRefused | SourceError | HelmError

function isRefusal(error: unknown): error is Refusal {
  return [FetchRefused, GitRefused, SourceError, HelmError].some((kind) => error instanceof kind)
}
