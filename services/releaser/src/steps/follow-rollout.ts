import { ApplyOutcome, type EventOf, type Recorded } from '@tidemark/contracts'
import { causeOf } from '@tidemark/service'
import { advance } from './advance.ts'
import { declareChildren } from './declare-children.ts'
import type { ReleaserDeps } from './deps.ts'

/** ApplyFinished -> WavePassed and RolloutCompleted, or RolloutStopped; and what the release declares. */
export async function followApply(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'ApplyFinished'>>,
  signal: AbortSignal,
): Promise<void> {
  const { applicationId, outcome, apply } = recorded.event.value
  const { rollout } = deps.plane.application(applicationId)
  const current = rollout?.apply === apply
  advance(deps, applicationId, causeOf(recorded))
  const applied =
    outcome === ApplyOutcome.APPLY_OUTCOME_APPLIED || outcome === ApplyOutcome.APPLY_OUTCOME_HELD
  if (current && applied)
    await declareChildren(deps, { id: applicationId, cause: causeOf(recorded) }, signal)
}

/** HealthChanged -> RolloutCompleted or RolloutStopped, and on with what waited for it. */
export async function followHealth(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'HealthChanged'>>,
): Promise<void> {
  advance(deps, recorded.event.value.applicationId, causeOf(recorded))
}
