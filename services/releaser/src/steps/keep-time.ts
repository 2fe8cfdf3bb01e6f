import { event, streams } from '@tidemark/contracts'
import { causeFrom } from '@tidemark/service'
import type { Application } from '../domain/application.ts'
import { isDue } from '../domain/decide-rollout.ts'
import { advance } from './advance.ts'
import type { ReleaserDeps } from './deps.ts'
import { considerRender } from './request-renders.ts'

const LOOK_MS_MAX = 3_600_000 // Timers end at 24 days, and a suspension may be longer: then it looks again.

/** What is due by now: retries of rollouts that failed, and suspensions that have an end. */
export async function keepTime(
  deps: ReleaserDeps,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { id, rollout, suspended } of deps.plane.applications.values()) {
    if (isDue(rollout, now)) advance(deps, id, causeFrom(`retry/${id}/${rollout?.rollout}`))
    if (suspended === undefined || suspended.untilMs === 0n || Number(suspended.untilMs) > now)
      continue
    const cause = causeFrom(`resume/${id}/${suspended.untilMs}`)
    const resumed = event('ApplicationResumed', { applicationId: id, reason: 'its time is over' })
    deps.decisions.record(cause, [{ stream: streams.application(id), event: resumed }])
    await considerRender(deps, id, cause, signal)
    advance(deps, id, cause)
  }
}

/**
 * Milliseconds from `now` until something is due, or an hour; `undefined` where nothing is. What was due at `now` already
 * is done, or waits for more than time: the retry of an application that is suspended, for one.
 */
export function nextDueMs(
  applications: Iterable<Pick<Application, 'rollout' | 'suspended'>>,
  now: number,
): number | undefined {
  let next: number | undefined
  for (const { rollout, suspended } of applications) {
    const times = [
      rollout?.phase === 'stopped' ? Number(rollout.retryAtMs) : 0,
      Number(suspended?.untilMs ?? 0n),
    ].filter((time) => time > now)
    for (const time of times) next = Math.min(next ?? time, time)
  }
  return next === undefined ? undefined : Math.min(next - now, LOOK_MS_MAX)
}
