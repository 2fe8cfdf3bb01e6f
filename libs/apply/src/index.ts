export { applyPlan, type ApplyReport } from './apply.ts'
export type { ClusterPort } from './cluster-port.ts'
export { type Drift, type DriftContext, driftOf } from './drift.ts'
export { type Health, type HealthContext, healthOf, worstHealth } from './health/health.ts'
export {
  type AppliedRecord,
  appliedRecord,
  decodeInventory,
  encodeInventory,
  entryApiVersion,
  identityOf,
  type InventoryEntry,
  InventoryUnreadable,
} from './inventory.ts'
export type { LiveState } from './live-state.ts'
export type { ObjectAction, ObjectResult } from './object-result.ts'
export { isOwned, type OwnerLabels } from './owner.ts'
export {
  intendedInventory,
  type Plan,
  planApply,
  type PlanInput,
  type PlannedObject,
  type PlannedStage,
  plannedObjects,
} from './plan.ts'
export type { HeldPrune, HoldReason, PlannedPrune, PrunePlan, PruneRule } from './plan-prune.ts'
export { prunePlan, type PruneReport } from './prune.ts'
export type { ApplyMode } from './switches.ts'
export { type DescribedRelease, describeRelease, objectsOfRecord } from './helm/describe-release.ts'
export {
  type HookDeletePolicy,
  type HookEvent,
  hookObject,
  hooksOf,
  type HookVerdict,
  hookVerdict,
  isDeletedAt,
  isOfRun,
  type ReleaseHook,
} from './helm/hooks.ts'
export { foreignTo, type HelmOwner, helmOwnerMarks, ownedByRelease } from './helm/ownership.ts'
export {
  decodeRelease,
  encodeRelease,
  type HookRun,
  isPending,
  type ReleaseRecord,
  type ReleaseStatus,
  ReleaseUnreadable,
  withHookRuns,
  withStatus,
} from './helm/release-record.ts'
export {
  readReleaseSecret,
  releaseSecret,
  releaseSecretIdentity,
  releaseSelector,
  type StoredRelease,
} from './helm/release-secret.ts'
