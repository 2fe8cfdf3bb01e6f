import { refuseExternalArtifact, type ExternalArtifactModel } from './artifact-generator.ts'
import { readBucket, type BucketModel } from './bucket.ts'
import type { Read } from './flux-object.ts'
import { readGitRepository, type GitRepositoryModel } from './git-repository.ts'
import { readHelmChart, type HelmChartModel } from './helm-chart.ts'
import { readHelmRepository, type HelmRepositoryModel } from './helm-repository.ts'
import { readOciRepository, type OciRepositoryModel } from './oci-repository.ts'

/** A source of any kind. */
export type SourceModel =
  | GitRepositoryModel
  | OciRepositoryModel
  | HelmRepositoryModel
  | HelmChartModel
  | BucketModel
  | ExternalArtifactModel

const READERS: Readonly<Record<SourceModel['kind'], (value: unknown) => Read<SourceModel>>> = {
  GitRepository: readGitRepository,
  OCIRepository: readOciRepository,
  HelmRepository: readHelmRepository,
  HelmChart: readHelmChart,
  Bucket: readBucket,
  ExternalArtifact: refuseExternalArtifact,
}

/** Reads a source of any kind; `undefined` where the kind is none. */
export function readSource(kind: string, value: unknown): Read<SourceModel> | undefined {
  return isSourceKind(kind) ? READERS[kind](value) : undefined
}

/** Whether a kind is one of those that declare sources. */
export function isSourceKind(kind: string): kind is SourceModel['kind'] {
  return Object.hasOwn(READERS, kind)
}
