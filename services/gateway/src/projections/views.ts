import {
  addressOf,
  ApplicationView,
  ApplyOutcome,
  ClusterView,
  DeploymentView,
  followedRefOf,
  Health,
  Phase,
  ReleaseView,
  SourceView,
  type KeyValue,
} from '@tidemark/contracts'
import type { ApplicationState, ReleaseState } from './application-state.ts'
import { phaseOf } from './phase.ts'
import type { ClusterState, ReadModel, SourceState } from './read-model.ts'

/** An application, as the API gives it. */
export function viewApplication(state: ApplicationState, model: ReadModel): ApplicationView {
  const { phase, reason, message } = phaseOf(state)
  const { deployment } = state
  const applied = isApplied(state) ? (deployment?.number ?? 0n) : 0n
  return ApplicationView.fromPartial({
    applicationId: state.id,
    object: state.object,
    cluster: state.cluster,
    project: state.project,
    sourceId: model.sourceIdOf(state),
    phase,
    reason,
    message,
    applied,
    revision: revisionOf(state, model),
    ...releaseFields(state, applied),
    health: deployment?.health ?? Health.HEALTH_UNSPECIFIED,
    held: state.hold?.number ?? 0n,
    holdReason: state.hold?.reason ?? '',
    parentId: state.parentId,
    changedAtMs: state.changedAtUs / 1000n,
    changedAtPosition: state.changedAt,
    drifted: state.drifted,
  })
}

/** The revision that an application stands at: a newer one that changed nothing for it counts (DECISIONS 8). */
function revisionOf(state: ApplicationState, model: ReadModel): string {
  if (state.hold !== undefined) return state.confirmedRevision
  const settled = state.requested === state.answered && state.renderFailure === undefined
  const newest = model.sourceOf(state)?.fetched?.revision
  return settled ? (newest ?? state.confirmedRevision) : state.confirmedRevision
}

/** Of the newest release, and of the one that runs. */
function releaseFields(
  { releases }: ApplicationState,
  applied: bigint,
): Pick<ApplicationView, 'release' | 'appliedRevision' | 'objectCount' | 'chart'> {
  const newest = releases.at(-1)
  const runs = releases.find(({ number }) => number === applied)
  return {
    release: newest?.number ?? 0n,
    appliedRevision: runs?.revision ?? '',
    objectCount: newest?.objectCount ?? 0,
    chart: (runs ?? newest)?.chart,
  }
}

function isApplied({ deployment }: ApplicationState): boolean {
  const outcome = deployment?.finished?.outcome
  return (
    outcome === ApplyOutcome.APPLY_OUTCOME_APPLIED || outcome === ApplyOutcome.APPLY_OUTCOME_HELD
  )
}

/** A release, as the API gives it. */
export function viewRelease(state: ApplicationState, release: ReleaseState): ReleaseView {
  return ReleaseView.fromPartial({
    applicationId: state.id,
    number: release.number,
    revision: release.revision,
    commit: release.commit,
    manifestDigest: release.manifestDigest,
    objectCount: release.objectCount,
    cutAtMs: release.cutAtUs / 1000n,
    position: release.position,
    outcome: release.outcome,
    message: release.message,
    appliedAtMs: release.appliedAtUs / 1000n,
    chart: release.chart,
    current: isApplied(state) && state.deployment?.number === release.number,
  })
}

/** A deployment, as the API gives it; `undefined` before the first. */
export function viewDeployment(state: ApplicationState): DeploymentView | undefined {
  const { deployment } = state
  if (deployment === undefined) return undefined
  const { finished } = deployment
  return DeploymentView.fromPartial({
    applicationId: state.id,
    cluster: state.cluster,
    number: deployment.number,
    apply: deployment.apply,
    outcome: finished?.outcome ?? ApplyOutcome.APPLY_OUTCOME_UNSPECIFIED,
    counts: finished?.counts,
    health: deployment.health ?? Health.HEALTH_UNSPECIFIED,
    message: finished?.message === '' ? deployment.healthMessage : (finished?.message ?? ''),
    results: finished?.results ?? [],
    objects: deployment.objects,
    appliedAtMs: deployment.appliedAtUs / 1000n,
    manifestDigest: finished?.manifestDigest ?? '',
  })
}

/** A source, as the API gives it. */
export function viewSource(state: SourceState): SourceView {
  const { declared, fetched, failing } = state
  return SourceView.fromPartial({
    sourceId: state.id,
    objects: state.objects,
    url: addressOf(declared),
    ref: followedRefOf(declared),
    revision: fetched?.revision ?? '',
    commit: fetched?.commit,
    ready: failing === undefined && (fetched !== undefined || isStatic(state)),
    ...sourceReason(state),
    suspended: declared?.suspended ?? false,
    fetchedAtMs: state.fetchedAtUs / 1000n,
    intervalMs: declared?.intervalMs ?? 0n,
  })
}

/** A registry of charts has no index: there is nothing to fetch but the charts. */
function isStatic({ declared }: SourceState): boolean {
  return declared?.helmRepository?.type === 'oci'
}

function sourceReason(state: SourceState): { reason: string; message: string } {
  const { failing, fetched } = state
  if (failing !== undefined) return { reason: failing.code, message: failing.message }
  if (isStatic(state)) return { reason: 'Static', message: '' }
  return { reason: fetched === undefined ? 'Fetching' : 'Fetched', message: '' }
}

/** A cluster, as the API gives it. */
export function viewCluster(state: ClusterState, model: ReadModel): ClusterView {
  const { cluster, access, project, labels, variables } = state.registered
  const own = model.present().filter((application) => application.cluster === cluster)
  const ready = own.filter((application) => phaseOf(application).phase === Phase.PHASE_READY)
  return ClusterView.fromPartial({
    cluster,
    access,
    project,
    reachable: state.reachable,
    message: state.message,
    applications: own.length,
    ready: ready.length,
    labels: merged(labels, state.described?.labels ?? []),
    variables: merged(variables, state.described?.variables ?? []),
  })
}

/** What Git says wins over what was registered. */
function merged(registered: readonly KeyValue[], described: readonly KeyValue[]): KeyValue[] {
  const values = new Map([...registered, ...described].map(({ key, value }) => [key, value]))
  return [...values]
    .map(([key, value]) => ({ key, value }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1))
}
