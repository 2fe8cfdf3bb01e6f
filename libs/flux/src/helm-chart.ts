import { isRecord } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { HELM_CHART_SPEC } from './helm-chart-fields.ts'
import {
  readSourceFrame,
  readVerification,
  type SourceFrame,
  type VerificationModel,
} from './source-frame.ts'

/** A HelmChart, also the implicit one of a HelmRelease, with Flux's defaults filled in. */
export interface HelmChartModel extends SourceFrame {
  readonly kind: 'HelmChart'
  /** The source that the chart is in, of the same namespace. */
  readonly source: {
    readonly kind: 'HelmRepository' | 'GitRepository' | 'Bucket'
    readonly name: string
  }
  /** A name in a HelmRepository, a path in the others. */
  readonly chart: string
  /** A version or a range; it counts in a HelmRepository only. */
  readonly version: string
  readonly reconcileStrategy: 'ChartVersion' | 'Revision'
  /** Merged in order, they replace the values of the chart. */
  readonly valuesFiles: readonly string[]
  readonly ignoreMissingValuesFiles: boolean
  readonly verification: VerificationModel | undefined
}

/** Reads a HelmChart (source.toolkit.fluxcd.io/v1). */
export function readHelmChart(value: unknown): Read<HelmChartModel> {
  const read = readFluxObject(value, HELM_CHART_SPEC)
  if (read.kind === 'refused') return read
  const { spec } = read.model
  const sourceRef = isRecord(spec['sourceRef']) ? spec['sourceRef'] : {}
  const files = spec['valuesFiles']
  return {
    kind: 'read',
    model: {
      kind: 'HelmChart',
      ...readSourceFrame(read.model),
      source: { kind: kindOf(sourceRef['kind']), name: textOf(sourceRef['name']) },
      chart: textOf(spec['chart']),
      version: textOf(spec['version']) || '*',
      reconcileStrategy: spec['reconcileStrategy'] === 'Revision' ? 'Revision' : 'ChartVersion',
      valuesFiles: Array.isArray(files) ? files.map(textOf) : [],
      ignoreMissingValuesFiles: spec['ignoreMissingValuesFiles'] === true,
      verification: readVerification(spec['verify']),
    },
  }
}

function kindOf(value: unknown): HelmChartModel['source']['kind'] {
  return value === 'GitRepository' || value === 'Bucket' ? value : 'HelmRepository'
}
