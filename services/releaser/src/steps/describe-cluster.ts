import { event, streams, type EventOf, type KeyValue, type Recorded } from '@tidemark/contracts'
import { describeProblems, readCluster, type ClusterModel } from '@tidemark/flux'
import { causeOf, type Cause } from '@tidemark/service'
import { isSameValues, substitutes } from './cluster-variables.ts'
import type { ReleaserDeps } from './deps.ts'
import { endRefusal, nameOf, refuse, type Declaration } from './refuse-object.ts'
import { considerRender } from './request-renders.ts'

/** Takes what an object `Cluster` says of the cluster that it is delivered to, or says why it cannot be used. */
export async function describeCluster(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<void> {
  const { plane, decisions } = deps
  const { object, parent, cause } = declaration
  const { cluster } = parent
  const read = readCluster(object)
  if (read.kind === 'refused')
    return refuse(deps, declaration, describeProblems(nameOf(declaration), read.problems))
  const problem = problemOf(deps, declaration, read.model)
  if (problem !== undefined) return refuse(deps, declaration, `${nameOf(declaration)} ${problem}`)
  endRefusal(deps, declaration)
  const labels = sorted(read.model.labels)
  const variables = sorted(read.model.variables)
  const known = plane.profiles.get(cluster)
  const same = known?.declaredBy === parent.id && isSameValues(known.labels, labels)
  if (same && isSameValues(known.variables, variables)) return
  const declaredBy = parent.id
  const described = event('ClusterDescribed', { cluster, labels, variables, declaredBy })
  decisions.record(cause, [{ stream: streams.profile(cluster), event: described }])
  await renderAgain(deps, cluster, cause, signal)
}

/** Where an application that described its cluster does so no longer. */
export async function endDescription(
  deps: ReleaserDeps,
  { parentId, cluster, cause }: { parentId: string; cluster: string; cause: Cause },
  signal: AbortSignal,
): Promise<void> {
  if (deps.plane.profiles.get(cluster)?.declaredBy !== parentId) return
  const reason = `no longer in ${parentId}`
  const ended = event('ClusterDescriptionEnded', { cluster, reason })
  deps.decisions.record(cause, [{ stream: streams.profile(cluster), event: ended }])
  await renderAgain(deps, cluster, cause, signal)
}

/** ClusterRegistered -> RenderRequested where its variables are other ones than before. */
export async function followRegistration(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'ClusterRegistered'>>,
  signal: AbortSignal,
): Promise<void> {
  await renderAgain(deps, recorded.event.value.cluster, causeOf(recorded), signal)
}

async function renderAgain(
  deps: ReleaserDeps,
  cluster: string,
  cause: Cause,
  signal: AbortSignal,
): Promise<void> {
  for (const state of deps.plane.applications.values()) {
    if (state.declared?.cluster !== cluster || state.removed !== undefined) continue
    if (substitutes(state)) await considerRender(deps, state.id, cause, signal)
  }
}

function problemOf(
  { plane }: ReleaserDeps,
  { parent }: Declaration,
  { name }: ClusterModel,
): string | undefined {
  if (name !== parent.cluster) {
    const names = [...plane.clusters.keys()].toSorted().join(', ')
    return `is delivered to cluster ${parent.cluster}, and names another: it describes the cluster that it is delivered to; move it into that one's folder, or correct the name (there are: ${names})`
  }
  const holder = plane.profiles.get(name)?.declaredBy ?? parent.id
  const other = plane.application(holder)
  if (holder === parent.id || other.declared === undefined || other.removed !== undefined)
    return undefined
  return `is there already, in ${holder}: one object describes a cluster; remove one of the two`
}

function sorted(values: ReadonlyMap<string, string>): readonly KeyValue[] {
  return [...values]
    .map(([key, value]) => ({ key, value }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1))
}
