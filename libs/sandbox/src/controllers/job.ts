import { listAt, numberAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { withConditions, type Condition } from './conditions.ts'
import { isPodReady, podOf } from './pods.ts'
import { positive, setStatus } from './replicas.ts'
import { isEnding, type World } from './world.ts'

/** A Job: Pods until enough of them succeeded. Suspended, it has none. */
export function reconcileJob(world: World, job: JsonObject): void {
  if (isEnding(job) || isComplete(job)) return
  const spec = objectAt(job, 'spec')
  const pods = world.controlled(job, '/pods')
  const succeeded = pods.filter((pod) => phase(pod) === 'Succeeded').length
  const active = pods.filter((pod) => phase(pod) === 'Pending' || phase(pod) === 'Running')
  const completions = numberAt(spec, 'completions') ?? numberAt(spec, 'parallelism') ?? 1
  const isSuspended = spec['suspend'] === true
  if (isSuspended) for (const pod of active) world.delete('/pods', pod)
  const parallel = isSuspended ? 0 : (numberAt(spec, 'parallelism') ?? 1)
  const wanted = Math.min(parallel, completions - succeeded)
  for (let count = active.length; count < wanted; count += 1) {
    world.create('/pods', podOf(world, job, objectAt(spec, 'template'), {}))
  }
  report(world, job, { succeeded, completions, isSuspended })
}

function phase(pod: JsonObject): string {
  return stringAt(objectAt(pod, 'status'), 'phase') ?? ''
}

function isComplete(job: JsonObject): boolean {
  return listAt(objectAt(job, 'status'), 'conditions').some(
    (item) => stringAt(item, 'type') === 'Complete' && stringAt(item, 'status') === 'True',
  )
}

interface Counts {
  readonly succeeded: number
  readonly completions: number
  readonly isSuspended: boolean
}

function report(
  world: World,
  job: JsonObject,
  { succeeded, completions, isSuspended }: Counts,
): void {
  const time = world.cluster.time()
  const status = objectAt(job, 'status')
  const running = world
    .controlled(job, '/pods')
    .filter((pod) => stringAt(objectAt(pod, 'status'), 'phase') !== 'Succeeded')
  const isDone = succeeded >= completions
  const conditions = conditionsOf(isDone, isSuspended)
  setStatus(world, 'batch/jobs', job, {
    active: isDone ? undefined : positive(running.length),
    ready: isDone ? 0 : running.filter(isPodReady).length,
    succeeded: positive(succeeded),
    terminating: 0,
    uncountedTerminatedPods: {},
    startTime: isSuspended ? undefined : (stringAt(status, 'startTime') ?? time),
    completionTime: isDone ? time : undefined,
    conditions:
      conditions.length === 0
        ? undefined
        : withConditions(status, conditions, { time, withUpdateTime: false }).map((condition) =>
            withFields(condition, { lastProbeTime: time }),
          ),
  })
}

function conditionsOf(isDone: boolean, isSuspended: boolean): readonly Condition[] {
  if (isSuspended) {
    return [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }]
  }
  if (!isDone) return []
  const reached = {
    status: 'True',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  } as const
  return [
    { type: 'SuccessCriteriaMet', ...reached },
    { type: 'Complete', ...reached },
  ]
}
