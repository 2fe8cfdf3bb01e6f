import { event, Removal, streams, type EventOf, type Recorded } from '@tidemark/contracts'
import { causeOf } from '@tidemark/service'
import { declaredNotifications, withdrawNotification } from './declare-notification.ts'
import type { ReleaserDeps } from './deps.ts'
import { releaseInputs } from './follow-input.ts'

/**
 * ClusterRemoved -> ApplicationRemoved, SourceWithdrawn and ClusterDescriptionEnded for all that was declared on the cluster. What was delivered
 * there stays: its absence from here says nothing about what should be there.
 */
export async function forgetCluster(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'ClusterRemoved'>>,
): Promise<void> {
  const { plane, decisions } = deps
  const { cluster } = recorded.event.value
  const cause = causeOf(recorded)
  const reason = `cluster ${cluster} was removed: ${recorded.event.value.reason}`
  const isThere = `${cluster}_`
  for (const { id, declared, removed, refusal } of plane.applications.values()) {
    const runs = declared !== undefined && removed === undefined
    if (!id.startsWith(isThere) || (!runs && refusal === '')) continue
    const removal = Removal.REMOVAL_ORPHAN
    const orphaned = event('ApplicationRemoved', { applicationId: id, removal, reason })
    decisions.record(cause, [{ stream: streams.application(id), event: orphaned }])
  }
  if (plane.profiles.has(cluster)) {
    const ended = event('ClusterDescriptionEnded', { cluster, reason })
    decisions.record(cause, [{ stream: streams.profile(cluster), event: ended }])
  }
  for (const { id, objects } of plane.sources.values())
    for (const { ref } of objects) {
      if (ref?.cluster !== cluster) continue
      const withdrawn = event('SourceWithdrawn', { sourceId: id, object: ref, reason })
      decisions.record(cause, [{ stream: streams.intake(id), event: withdrawn }])
    }
  for (const known of declaredNotifications(plane))
    if (known.declared?.object?.cluster === cluster)
      withdrawNotification(deps, { known, reason, cause })
  releaseInputs(deps, cause)
}
