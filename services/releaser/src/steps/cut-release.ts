import type { EventOf, Recorded } from '@tidemark/contracts'
import { causeOf } from '@tidemark/service'
import { advance } from './advance.ts'
import type { ReleaserDeps } from './deps.ts'

/**
 * Rendered -> ReleaseCut, RolloutPlanned, WaveStarted and ApplyRequested; or ReleaseConfirmed, where the
 * bytes are those of the newest release. A rollout that has to wait for others stays planned.
 */
export async function cutRelease(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'Rendered'>>,
): Promise<void> {
  advance(deps, recorded.event.value.applicationId, causeOf(recorded))
}
