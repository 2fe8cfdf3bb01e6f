import { ARTIFACT_GENERATOR_SPEC } from './artifact-generator-fields.ts'
import { BUCKET_SPEC } from './bucket-fields.ts'
import type { FieldTable } from './fields.ts'
import { GIT_REPOSITORY_SPEC } from './git-repository-fields.ts'
import { HELM_CHART_SPEC } from './helm-chart-fields.ts'
import { HELM_REPOSITORY_SPEC } from './helm-repository-fields.ts'
import { HELM_RELEASE_SPEC } from './helm-release-fields.ts'
import { KUSTOMIZATION_SPEC } from './kustomization-fields.ts'
import { ALERT_SPEC } from './notification/alert-fields.ts'
import { PROVIDER_SPEC } from './notification/provider-fields.ts'
import { RECEIVER_SPEC } from './notification/receiver-fields.ts'
import { OCI_REPOSITORY_SPEC } from './oci-repository-fields.ts'

/** A kind of Flux's, and what an object of it is held against. */
export interface FluxKind {
  readonly apiVersion: string
  readonly kind: string
  /** Whose code the behaviour follows. */
  readonly upstream: string
  /** Every field of its `spec`; `undefined` where the kind itself is an error that names it. */
  readonly spec: FieldTable | undefined
}

const SOURCE = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  upstream: 'source-controller 1.9.1',
} as const
const NOTIFY = { upstream: 'notification-controller 1.9.4' } as const
const IMAGE = { apiVersion: 'image.toolkit.fluxcd.io/v1', spec: undefined } as const

/**
 * Every kind of Flux's. The code that reads an object, `tidemark lint` and the reference take a kind's fields from the one
 * table that stands here; a test holds each table against the fields of the CustomResourceDefinition.
 */
export const FLUX_KINDS: readonly FluxKind[] = [
  { ...SOURCE, kind: 'GitRepository', spec: GIT_REPOSITORY_SPEC },
  { ...SOURCE, kind: 'OCIRepository', spec: OCI_REPOSITORY_SPEC },
  { ...SOURCE, kind: 'HelmRepository', spec: HELM_REPOSITORY_SPEC },
  { ...SOURCE, kind: 'HelmChart', spec: HELM_CHART_SPEC },
  { ...SOURCE, kind: 'Bucket', spec: BUCKET_SPEC },
  { ...SOURCE, kind: 'ExternalArtifact', spec: undefined },
  {
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    upstream: 'source-watcher 2.2.4',
    spec: ARTIFACT_GENERATOR_SPEC,
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    upstream: 'kustomize-controller 1.9.4',
    spec: KUSTOMIZATION_SPEC,
  },
  {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    upstream: 'helm-controller 1.6.3',
    spec: HELM_RELEASE_SPEC,
  },
  {
    ...NOTIFY,
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    spec: RECEIVER_SPEC,
  },
  {
    ...NOTIFY,
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Provider',
    spec: PROVIDER_SPEC,
  },
  {
    ...NOTIFY,
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Alert',
    spec: ALERT_SPEC,
  },
  { ...IMAGE, kind: 'ImageRepository', upstream: 'image-reflector-controller 1.2.5' },
  { ...IMAGE, kind: 'ImagePolicy', upstream: 'image-reflector-controller 1.2.5' },
  { ...IMAGE, kind: 'ImageUpdateAutomation', upstream: 'image-automation-controller 1.2.5' },
]
