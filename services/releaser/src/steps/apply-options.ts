import { PruneOrder, type ApplyOptions } from '@tidemark/contracts'
import type { Application } from '../domain/application.ts'
import { pickHelmActions } from '@tidemark/flux'
import { modelOf } from './models.ts'

const NONE: ApplyOptions = {
  ownerKind: 'Kustomization',
  ownerName: '',
  ownerNamespace: '',
  prune: false,
  wait: false,
  force: false,
  timeoutMs: 0n,
  healthChecksJson: new Uint8Array(),
  pruneOrder: PruneOrder.PRUNE_ORDER_BEFORE_HEALTH,
  pruneApproved: false,
  helmActionsJson: new Uint8Array(),
}

/** How the objects of an application are to be applied, by its declaration. */
export function applyOptionsOf(state: Application, pruneApproved: boolean): ApplyOptions {
  const model = modelOf(state)
  if (model === undefined) return { ...NONE, pruneApproved }
  return {
    ...NONE,
    ownerKind: model.kind,
    ownerName: model.name,
    ownerNamespace: model.namespace,
    prune: model.prune,
    pruneOrder:
      model.pruneOrder === 'AfterHealthy'
        ? PruneOrder.PRUNE_ORDER_AFTER_HEALTHY
        : PruneOrder.PRUNE_ORDER_BEFORE_HEALTH,
    wait: model.wait,
    force: model.force,
    timeoutMs: BigInt(model.timeoutMs),
    pruneApproved,
    helmActionsJson:
      model.kind === 'HelmRelease'
        ? Buffer.from(pickHelmActions(model.spec))
        : NONE.helmActionsJson,
  }
}
