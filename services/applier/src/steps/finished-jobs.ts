import type { PlannedObject, PlannedStage } from '@tidemark/apply'
import { field, type JsonObject } from '@tidemark/manifests'

/**
 * Whether an object goes by itself when it is done: a Job with `ttlSecondsAfterFinished`. That it is gone is
 * no drift, or it would run for ever; Flux leaves such a Job alone when it judges health.
 */
export function endsByItself(object: JsonObject): boolean {
  const ttl = field(object, 'spec', 'ttlSecondsAfterFinished')
  return field(object, 'kind') === 'Job' && typeof ttl === 'number'
}

/** Whether what is on the cluster is not what was applied. */
export function isDrifted({ action, record, manifest }: PlannedObject): boolean {
  if (action === 'create') return record === undefined || !endsByItself(manifest.object)
  return action === 'configure'
}

/** The stages without Jobs that are done and gone. */
export function withoutFinished(stages: readonly PlannedStage[]): readonly PlannedStage[] {
  return stages.map(({ stage, waves }) => ({
    stage,
    waves: waves.map((wave) =>
      wave.filter((object) => object.action !== 'create' || isDrifted(object)),
    ),
  }))
}
