import type { EventOf, Recorded } from '@tidemark/contracts'
import { causeOf } from '@tidemark/service'
import { advance } from './advance.ts'
import type { ReleaserDeps } from './deps.ts'
import { releaseInputs } from './follow-input.ts'

/**
 * Rendered -> ReleaseCut, RolloutPlanned, WaveStarted and ApplyRequested; or ReleaseConfirmed, where the
 * bytes are those of the newest release. A rollout that has to wait for others stays planned.
 */
export async function cutRelease(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'Rendered'>>,
): Promise<void> {
  const { applicationId: id } = recorded.event.value
  const released = (): boolean => (deps.plane.applications.get(id)?.releases.length ?? 0) > 0
  const before = released()
  advance(deps, id, causeOf(recorded))
  // What a first render takes in is of no use behind it.
  if (!before && released()) releaseInputs(deps, causeOf(recorded))
}
