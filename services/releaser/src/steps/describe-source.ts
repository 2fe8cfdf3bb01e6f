import {
  ComposedSource,
  SourceDeclared,
  type KeyValue,
  type ObjectRef,
  type SignatureRule,
} from '@tidemark/contracts'
import type { SourceModel, VerificationModel } from '@tidemark/flux'
import { unreachable } from '@tidemark/kernel'
import type { Parent } from './refuse-object.ts'

export interface SourcePlace {
  readonly ref: ObjectRef
  readonly parent: Parent
  /** Of a HelmChart: the source that the chart is in; empty where none is declared. */
  readonly upstreamId: string
  /** How often the object has changed, from 1. */
  readonly objectGeneration: bigint
  /** Of the object, sorted by key. */
  readonly labels: readonly KeyValue[]
}

/** A source as its declaration says it, with Flux's defaults filled in; it has no id and no number yet. */
export function describeSource(model: SourceModel, place: SourcePlace): SourceDeclared {
  return SourceDeclared.fromPartial({
    object: place.ref,
    declaredBy: place.parent.id,
    project: place.parent.project,
    intervalMs: BigInt(model.intervalMs),
    timeoutMs: BigInt(model.timeoutMs),
    suspended: model.suspend,
    labels: [...place.labels],
    ...particular(model, place),
  })
}

/** What is particular to a kind. */
function particular(
  model: SourceModel,
  { ref, upstreamId, objectGeneration }: SourcePlace,
): Parameters<typeof SourceDeclared.fromPartial>[0] {
  switch (model.kind) {
    case 'GitRepository': {
      const { url, ref: followed, ignore, secretName, proxySecretName, provider } = model
      const { verification, includes, recurseSubmodules, sparseCheckout } = model
      return {
        git: {
          url,
          ref: followed,
          ignore,
          secretName,
          proxySecretName,
          provider: provider === 'generic' ? '' : provider,
          verification,
          includes: [...includes],
          recurseSubmodules,
          sparseCheckout: [...sparseCheckout],
        },
      }
    }
    case 'OCIRepository':
      return { oci: { ...model, verification: ruleOf(model.verification) } }
    case 'HelmRepository':
      return { helmRepository: model }
    case 'HelmChart': {
      const { cluster, apiVersion, namespace } = ref
      const upstream = { cluster, apiVersion, namespace, ...model.source }
      return {
        helmChart: {
          ...model,
          valuesFiles: [...model.valuesFiles],
          verification: ruleOf(model.verification),
          upstream,
          upstreamSourceId: upstreamId,
          objectGeneration,
        },
      }
    }
    case 'Bucket':
      return { bucket: model }
    case 'ExternalArtifact':
      return { composed: composedOf(model) }
    default:
      return unreachable(model)
  }
}

function composedOf({
  inputs,
  copies,
  revisionOf,
  originRevisionOf,
}: Extract<SourceModel, { kind: 'ExternalArtifact' }>): ComposedSource {
  return ComposedSource.fromPartial({
    inputs: [...inputs],
    copies: copies.map(({ from, to, exclude, strategy }) => ({
      from,
      to,
      exclude: [...exclude],
      strategy,
    })),
    revisionOf,
    originRevisionOf,
  })
}

function ruleOf(model: VerificationModel | undefined): SignatureRule | undefined {
  return model === undefined ? undefined : { ...model, identities: [...model.identities] }
}
