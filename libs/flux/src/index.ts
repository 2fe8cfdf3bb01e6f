export { readArtifactGenerator } from './artifact-generator.ts'
export { type BucketModel } from './bucket.ts'
export {
  type ApplicationKind,
  type ApplicationModel,
  readApplication,
} from './application-model.ts'
export { FLEET_API, readCluster, type ClusterModel } from './cluster.ts'
export {
  isRecord,
  type Field,
  type FieldProblem,
  type FieldRule,
  type FieldTable,
} from './fields.ts'
export { FLUX_KINDS, type FluxKind } from './flux-kinds.ts'
export { describeProblems, textOf, type FluxObject, type Read } from './flux-object.ts'
export { readGitRepository, type GitRefModel, type GitRepositoryModel } from './git-repository.ts'
export { type HelmChartModel } from './helm-chart.ts'
export { type HelmRepositoryModel } from './helm-repository.ts'
export {
  type HelmReleaseModel,
  type PostRenderer,
  readHelmRelease,
  type ValuesReference,
} from './helm-release.ts'
export { readKustomization, type KustomizationModel } from './kustomization.ts'
export { type OciRepositoryModel } from './oci-repository.ts'
export { lintRepository, type LintFinding, type LintReport } from './lint/lint-repository.ts'
export { LINT_RULES } from './lint/rules.ts'
export { type Dependency } from './dependency.ts'
export { originOf } from './origin.ts'
export { seedHelmRelease } from './seed-helm-release.ts'
export {
  CAPABILITIES,
  decodeCapabilities,
  encodeCapabilities,
  inputFor,
  type FluxInput,
  type Reference,
  type ServedApis,
} from './reference.ts'
export { groupOf, roleOf, type Role } from './roles.ts'
export {
  renderKustomization,
  type Given,
  type RenderedKustomization,
} from './render-kustomization.ts'
export { isSourceKind, readSource, type SourceModel } from './source.ts'
export { type SourceFrame, type VerificationModel } from './source-frame.ts'
export {
  type HelmReleaseContents,
  type HelmReleaseHook,
  type HelmReleaseInput,
  type RenderedHelmRelease,
  renderHelmRelease,
} from './render-helm-release.ts'
export { DataKeysMissing, type DataKeys } from './kustomization/decrypting-tree.ts'
export { RenderRefused } from './render-refused.ts'
export {
  buildFluxKustomization,
  type FluxBuild,
  type FluxBuildResult,
} from './kustomization/build-flux-kustomization.ts'
export { type FluxSpec } from './kustomization/merge-spec.ts'
export {
  type DriftDetection,
  type DriftIgnore,
  type HelmAction,
  type HelmActions,
  type HelmReleaseAction,
  type HelmRemedy,
  pickHelmActions,
  readHelmActions,
} from './helm-actions.ts'
export { isTold, type AlertModel, type Severity } from './notification/alert.ts'
export {
  NOTIFICATION_GROUP,
  readNotification,
  secretsOf,
  type NotificationModel,
} from './notification/notification-object.ts'
export {
  isMeant,
  labelsOf,
  type ObjectReferenceModel,
  type Referable,
} from './notification/object-reference.ts'
export { setsCommitStatus, type ProviderModel, type ProviderType } from './notification/provider.ts'
export { type ReceiverModel, type ReceiverType } from './notification/receiver.ts'
