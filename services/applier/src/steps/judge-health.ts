import { healthOf, type Health as Judged } from '@tidemark/apply'
import { Health, type ObjectHealth } from '@tidemark/contracts'
import { displayName, type Manifest } from '@tidemark/manifests'
import type { Verdict } from '../domain/deployment.ts'
import type { WatchedCluster } from '../ports.ts'
import { endsByItself } from './finished-jobs.ts'

const SHOWN_MAX = 20

const HEALTH: Readonly<Record<Judged['kind'], Health>> = {
  healthy: Health.HEALTH_HEALTHY,
  progressing: Health.HEALTH_PROGRESSING,
  terminating: Health.HEALTH_PROGRESSING,
  failed: Health.HEALTH_FAILED,
}

export interface JudgeInput {
  readonly desired: readonly Manifest[]
  readonly cluster: Pick<WatchedCluster, 'live'>
  readonly nowMs: number
  /** When waiting ends; `undefined` where nobody waits. */
  readonly timesOutAtMs: number | undefined
}

/** How the objects of a release are together: the worst of them, from what is watched. */
export function judgeHealth({ desired, cluster, nowMs, timesOutAtMs }: JudgeInput): Verdict {
  const objects = desired
    .map((manifest) => judge(manifest, cluster, nowMs))
    .filter(({ health }) => health !== Health.HEALTH_HEALTHY)
  const failed = objects.filter(({ health }) => health === Health.HEALTH_FAILED)
  const shown = [...failed, ...objects.filter((object) => !failed.includes(object))]
  const [first] = shown
  if (first === undefined)
    return { health: Health.HEALTH_HEALTHY, message: 'all objects are ready', objects: [] }
  const more = shown.length === 1 ? '' : ` (and ${shown.length - 1} more)`
  const message = `${first.id}: ${first.message}${more}`
  const listed = shown.slice(0, SHOWN_MAX)
  if (failed.length > 0) return { health: Health.HEALTH_FAILED, message, objects: listed }
  if (timesOutAtMs !== undefined && nowMs >= timesOutAtMs)
    return {
      health: Health.HEALTH_TIMED_OUT,
      message: `not ready in time: ${message}`,
      objects: listed,
    }
  return { health: Health.HEALTH_PROGRESSING, message, objects: listed }
}

function judge(
  { identity, object }: Manifest,
  cluster: Pick<WatchedCluster, 'live'>,
  nowMs: number,
): ObjectHealth {
  const live = cluster.live(identity)
  const id = displayName(identity)
  switch (live.kind) {
    case 'present': {
      const { kind, message } = healthOf(live.object, { nowMs })
      return { id, health: HEALTH[kind], message }
    }
    case 'absent':
      return endsByItself(object)
        ? { id, health: Health.HEALTH_HEALTHY, message: 'is done, and gone' }
        : { id, health: Health.HEALTH_PROGRESSING, message: 'is not there' }
    default:
      return { id, health: Health.HEALTH_PROGRESSING, message: 'is not watched yet' }
  }
}
