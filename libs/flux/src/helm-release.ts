import { readDependencies, type Dependency } from './dependency.ts'
import { createHash } from 'node:crypto'
import { isRecord, parseDuration, type FieldProblem } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { HELM_RELEASE_SPEC } from './helm-release-fields.ts'
import { partOf, recordsOf } from './read-spec.ts'

const TIMEOUT_MS = 300_000 // Flux's default.
const NAME_LENGTH_MAX = 53 // Helm's.
const HASH_LENGTH = 12

type Spec = Readonly<Record<string, unknown>>

/** A HelmRelease, with Flux's defaults filled in. */
export interface HelmReleaseModel {
  readonly name: string
  readonly namespace: string
  /** The Flux object whose artifact holds the chart; of `spec.chart` that which Flux would make of it. */
  readonly source: { readonly kind: string; readonly namespace: string; readonly name: string }
  /** The HelmChart that `spec.chart` stands for, as an object; `undefined` for a `chartRef`. */
  readonly chart: Spec | undefined
  readonly releaseName: string
  /** Where the release is installed. */
  readonly releaseNamespace: string
  readonly storageNamespace: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly suspend: boolean
  readonly dependsOn: readonly Dependency[]
  readonly valuesFrom: readonly ValuesReference[]
  /** Whether an upgrade, and an install, holds the values against the schema of the chart. */
  readonly schemas: { readonly install: boolean; readonly upgrade: boolean }
  readonly postRenderers: readonly PostRenderer[]
  readonly postRenderStrategy: 'combined' | 'nohooks' | 'separate'
  /** Whether an apply waits for health: `disableWait` of the action. */
  readonly wait: boolean
  /** The spec itself, for the steps that render and act. */
  readonly spec: Spec
}

/** One object of `spec.valuesFrom`. */
export interface ValuesReference {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly valuesKey: string
  readonly targetPath: string
  readonly literal: boolean
  readonly optional: boolean
}

/** One step of `spec.postRenderers`: a kustomization over what was rendered. */
export interface PostRenderer {
  readonly patches: readonly unknown[]
  readonly images: readonly unknown[]
}

/** Reads a HelmRelease (helm.toolkit.fluxcd.io/v2). */
export function readHelmRelease(value: unknown): Read<HelmReleaseModel> {
  const read = readFluxObject(value, HELM_RELEASE_SPEC)
  if (read.kind === 'refused') return read
  const { metadata, spec } = read.model
  const { dependsOn, problems: unready } = readDependencies(spec, metadata.namespace)
  const problems = [...problemsOfChart(spec), ...problemsOfStrategies(spec), ...unready]
  if (problems.length > 0) return { kind: 'refused', problems }
  const { name, namespace } = metadata
  const releaseNamespace = textOf(spec['targetNamespace']) || namespace
  const chart = isRecord(spec['chart']) ? chartOf(spec, metadata) : undefined
  return {
    kind: 'read',
    model: {
      name,
      namespace,
      source: sourceOf(spec, metadata),
      chart,
      releaseName: releaseNameOf(spec, name),
      releaseNamespace,
      storageNamespace: textOf(spec['storageNamespace']) || namespace,
      intervalMs: parseDuration(textOf(spec['interval'])) ?? 0,
      timeoutMs: parseDuration(textOf(spec['timeout'])) ?? TIMEOUT_MS,
      suspend: spec['suspend'] === true,
      dependsOn,
      valuesFrom: recordsOf(spec['valuesFrom']).map(referenceOf),
      schemas: {
        install: partOf(spec, 'install')['disableSchemaValidation'] !== true,
        upgrade: partOf(spec, 'upgrade')['disableSchemaValidation'] !== true,
      },
      postRenderers: recordsOf(spec['postRenderers']).flatMap(postRendererOf),
      postRenderStrategy: strategyOf(spec['postRenderStrategy']),
      wait: partOf(spec, 'upgrade')['disableWait'] !== true,
      spec,
    },
  }
}

/** `releaseName`, or `<targetNamespace>-<name>`; what Helm would find too long ends in a hash, as in helm-controller. */
function releaseNameOf(spec: Spec, name: string): string {
  const target = textOf(spec['targetNamespace'])
  const whole = textOf(spec['releaseName']) || (target === '' ? name : `${target}-${name}`)
  if (whole.length <= NAME_LENGTH_MAX) return whole
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH)
  return `${whole.slice(0, NAME_LENGTH_MAX - HASH_LENGTH - 1)}-${hash}`
}

interface Named {
  readonly name: string
  readonly namespace: string
}

function sourceOf(spec: Spec, { name, namespace }: Named): HelmReleaseModel['source'] {
  const reference = spec['chartRef']
  if (isRecord(reference))
    return {
      kind: textOf(reference['kind']),
      namespace: textOf(reference['namespace']) || namespace,
      name: textOf(reference['name']),
    }
  return {
    kind: 'HelmChart',
    namespace: chartNamespaceOf(spec, namespace),
    name: `${namespace}-${name}`,
  }
}

/** A chart lives beside its repository. */
function chartNamespaceOf(spec: Spec, namespace: string): string {
  const { sourceRef } = partOf(partOf(spec, 'chart'), 'spec')
  return (isRecord(sourceRef) ? textOf(sourceRef['namespace']) : '') || namespace
}

/** The HelmChart that helm-controller would make of `spec.chart`. */
function chartOf(spec: Spec, { name, namespace }: Named): Spec {
  const template = partOf(partOf(spec, 'chart'), 'spec')
  const { sourceRef, interval, ...others } = template
  const reference = isRecord(sourceRef) ? sourceRef : {}
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name: `${namespace}-${name}`, namespace: chartNamespaceOf(spec, namespace) },
    spec: {
      ...others,
      interval: interval ?? spec['interval'],
      sourceRef: { kind: reference['kind'], name: reference['name'] },
    },
  }
}

function problemsOfChart(spec: Spec): readonly FieldProblem[] {
  const given = [spec['chart'], spec['chartRef']].filter(isRecord).length
  if (given === 1) return []
  const message = given === 0 ? 'is required, or chartRef' : 'cannot be set beside chartRef'
  return [{ field: 'spec.chart', message }]
}

function problemsOfStrategies(spec: Spec): readonly FieldProblem[] {
  return ['install', 'upgrade'].flatMap((action) => {
    const strategy = partOf(partOf(spec, action), 'strategy')
    if (strategy['name'] !== 'RemediateOnFailure' || strategy['retryInterval'] === undefined)
      return []
    const field = `spec.${action}.strategy.retryInterval`
    return [{ field, message: 'can only be set where the name is RetryOnFailure' }]
  })
}

function referenceOf(entry: Spec): ValuesReference {
  return {
    kind: entry['kind'] === 'Secret' ? 'Secret' : 'ConfigMap',
    name: textOf(entry['name']),
    valuesKey: textOf(entry['valuesKey']),
    targetPath: textOf(entry['targetPath']),
    literal: entry['literal'] === true,
    optional: entry['optional'] === true,
  }
}

function postRendererOf({ kustomize }: Spec): readonly PostRenderer[] {
  if (!isRecord(kustomize)) return []
  return [{ patches: recordsOf(kustomize['patches']), images: recordsOf(kustomize['images']) }]
}

function strategyOf(value: unknown): HelmReleaseModel['postRenderStrategy'] {
  return value === 'nohooks' || value === 'separate' ? value : 'combined'
}
