import type { OwnerLabels } from '@tidemark/apply'
import type { AnyEvent, ApplyOptions, ApplyRequested } from '@tidemark/contracts'
import { PruneOrder, streams } from '@tidemark/contracts'
import { readHelmActions, type HelmActions } from '@tidemark/flux'
import { buildAppend, type Cause, type Surroundings } from '@tidemark/service'
import type { Releases, WatchedCluster, WatchedOwners } from '../ports.ts'
import type { Deployments } from './deployments.ts'

/** What the steps of one cluster's applier work with. */
export interface ApplierDeps {
  readonly surroundings: Surroundings
  readonly deployments: Deployments
  readonly cluster: WatchedCluster
  readonly name: string
  readonly project: string
  readonly epoch: bigint
  readonly releases: Releases
}

/** Appends events of a deployment under the lease of its cluster, and folds them. */
export async function recordDeployment(
  deps: ApplierDeps,
  {
    id,
    cause,
    events,
  }: { readonly id: string; readonly cause: Cause; readonly events: readonly AnyEvent[] },
  signal: AbortSignal,
): Promise<void> {
  if (events.length === 0) return
  const { surroundings, deployments, name, project, epoch } = deps
  const stream = streams.deployment(id, name)
  const { version } = deployments.get(id)
  const request = buildAppend({
    writer: 'applier',
    build: surroundings.build,
    events: events.map((event) => ({ cause, stream, event, project, cluster: name })),
    expected: new Map([[stream, version]]),
    epoch: { resource: `applier-${name}`, epoch },
  })
  await surroundings.store.append(request, signal)
  const atMs = surroundings.clock.now()
  for (const [index, event] of events.entries())
    deployments.fold({ stream, version: version + BigInt(index) + 1n, event, atMs, cause })
}

/** The labels that say whose an object is (kustomize-controller 1.9.4). */
export function ownerLabels(options: ApplyOptions | undefined): OwnerLabels {
  return {
    'kustomize.toolkit.fluxcd.io/name': options?.ownerName ?? '',
    'kustomize.toolkit.fluxcd.io/namespace': options?.ownerNamespace ?? '',
  }
}

/** Whether the request is for a HelmRelease: Helm's actions bring it, and its marks say whose an object is. */
export function isHelmRelease({ options }: ApplyRequested): boolean {
  return options?.ownerKind === 'HelmRelease'
}

/** What a HelmRelease says of Helm's actions, as it was when they were asked for. */
export function actionsOf({ options }: ApplyRequested): HelmActions {
  const text = Buffer.from(options?.helmActionsJson ?? new Uint8Array()).toString('utf8')
  return readHelmActions(text === '' ? {} : JSON.parse(text))
}

/** What is done about drift: a Kustomization is always corrected, a HelmRelease says so. */
export function driftMode(requested: ApplyRequested): 'disabled' | 'warn' | 'enabled' {
  return isHelmRelease(requested) ? actionsOf(requested).drift.mode : 'enabled'
}

/** Among whose objects those of the request are watched. */
export function ownersOf(requested: ApplyRequested): WatchedOwners {
  return isHelmRelease(requested) ? 'releases' : 'kustomizations'
}

/** Whether the request deletes what the application delivered. */
export function isRemoval({ manifestBlob }: ApplyRequested): boolean {
  return manifestBlob === ''
}

/** Whether what has left the release stays until what is in it is healthy (DECISIONS 14). */
export function isPrunedLate(requested: ApplyRequested): boolean {
  const { pruneOrder } = requested.options ?? {}
  return pruneOrder === PruneOrder.PRUNE_ORDER_AFTER_HEALTHY && !isRemoval(requested)
}
