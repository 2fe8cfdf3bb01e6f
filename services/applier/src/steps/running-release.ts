import type { ApplyRequested } from '@tidemark/contracts'
import { isDeployed } from '../domain/helm-release.ts'
import type { KnownDeployment } from './deployments.ts'
import { isHelmRelease } from './deps.ts'

/**
 * The request whose objects should be on the cluster now, `undefined` while one is under way. Of a HelmRelease it has the
 * bytes that the last action brought, perhaps those of an earlier release; nothing where that action has failed.
 */
export function runningRelease({ requested, state }: KnownDeployment): ApplyRequested | undefined {
  if (requested === undefined || requested.apply !== state.finished) return undefined
  if (!isHelmRelease(requested)) return requested
  const { deployed } = state.helm
  if (deployed === undefined || !isDeployed(state.helm)) return undefined
  const { number, manifestDigest, manifestBlob, helmBlob } = deployed
  return { ...requested, number, manifestDigest, manifestBlob, helmBlob }
}
