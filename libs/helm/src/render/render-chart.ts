import {
  Budget,
  type BudgetLimits,
  createParseCache,
  type GeneratedValues,
  goInt,
  GoMap,
  LimitError,
  type ParseCache,
  type ReadKind,
  toBytes,
  type Tracer,
  type Value,
} from '@tidemark/go-template'
import { type Clock } from '@tidemark/kernel'
import { type Chart, type ChartFile, ChartNode } from '../chart/chart.ts'
import { isCompatible, processDependencies } from '../chart/process-dependencies.ts'
import { type Flavour, rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { validateValues } from '../schema/validate-values.ts'
import { coalesceValues } from '../values/coalesce.ts'
import { asValues } from '../values/values-map.ts'
import {
  capabilitiesObject,
  type Capabilities,
  type KubeVersion,
  kubeVersionOf,
} from './capabilities.ts'
import { ReadLog, type ReadReport } from './read-log.ts'
import { type ClusterLookup, renderTemplates } from './render-templates.ts'
import { type SortedManifests, sortManifests } from './sort-manifests.ts'

const NOTES = 'NOTES.txt'
const RELEASE_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const RELEASE_NAME_LENGTH_MAX = 53

export interface Release {
  readonly name: string
  readonly namespace: string
  /** `install` is the default. */
  readonly action?: 'install' | 'upgrade'
  readonly revision?: number
}

export interface RenderOptions {
  readonly release: Release
  /** The user's values, from `mergeValues`; they are not changed. */
  readonly values: GoMap
  readonly capabilities?: Capabilities
  /** Draws random values, keys and time, or gives again what was drawn before. */
  readonly generated: GeneratedValues
  /** Answers `lookup`; without it every look-up finds nothing, as in `helm template`. */
  readonly lookup?: ClusterLookup
  readonly limits?: BudgetLimits
  /** Makes the time limit of `limits` hold. */
  readonly clock?: Clock
  /** Refuses a key that a map does not have. */
  readonly strict?: boolean
  /** `skip` leaves values.schema.json alone. */
  readonly schemas?: 'validate' | 'skip'
}

/** A custom resource definition from `crds/`, as it lies there. */
export interface CustomResourceFile {
  readonly source: string
  readonly content: string
}

/** What a chart gives with values. Texts are Go bytes: `toBuffer` of go-template gives the bytes of a file. */
export interface RenderedChart extends SortedManifests {
  readonly flavour: Flavour
  readonly crds: readonly CustomResourceFile[]
  readonly notes: string
  /** Each template that was executed, by its path. */
  readonly files: ReadonlyMap<string, string>
  readonly reads: ReadReport
  /** What the render used of its budget. */
  readonly used: Budget['used']
}

const cache: ParseCache = createParseCache()

/**
 * Renders a chart in process, as `helm template` does (that of Helm 3.22, or of 4.2 where the chart was loaded as `helm4`): dependencies, values, schemas,
 * templates, order. It reads nothing but its arguments. Throws `HelmError` with Helm's text where the chart
 * or its values are refused, and `LimitError` where a bound is reached.
 */
export function renderChart(chart: Chart, options: RenderOptions): RenderedChart {
  checkReleaseName(options.release.name)
  return finished(renderTree(chart, options, { checks: 'kube-version' }))
}

function finished({ root, files, log, budget }: RenderedTree): RenderedChart {
  const notes = files.get(`${root.name}/templates/${NOTES}`) ?? ''
  const manifests = new Map([...files].filter(([path]) => !path.endsWith(NOTES)))
  const crds = crdsOf(root)
  const { flavour } = root.chart
  const sorted = sortManifests(manifests, rulesOf(flavour))
  return { flavour, ...sorted, crds, notes, files, reads: log.read(), used: budget.used }
}

/** Who follows a render, to tell where its output comes from. */
export interface RenderObserver {
  readonly tracer: Tracer
  readonly onValues: (values: GoMap) => void
  readonly onTemplate: (path: string) => void
  readonly onOutput: (path: string, output: string) => void
}

/** The same as `renderChart`, watched. */
export function renderTraced(
  chart: Chart,
  options: RenderOptions,
  observer: RenderObserver,
): RenderedChart {
  checkReleaseName(options.release.name)
  return finished(renderTree(chart, options, { checks: 'kube-version', observer }))
}

/** The templates alone, by path, without order and without a look at what they are (`engine.Render`). */
export function renderFiles(chart: Chart, options: RenderOptions): ReadonlyMap<string, string> {
  return renderTree(chart, options, { checks: 'none' }).files
}

interface TreeOptions {
  readonly checks: 'kube-version' | 'none'
  readonly observer?: RenderObserver
  readonly isRehearsal?: boolean
}

interface RenderedTree {
  readonly root: ChartNode
  readonly files: ReadonlyMap<string, string>
  readonly log: ReadLog
  readonly budget: Budget
}

function renderTree(
  chart: Chart,
  options: RenderOptions,
  { checks, observer, isRehearsal = false }: TreeOptions,
): RenderedTree {
  const root = ChartNode.of(chart)
  processDependencies(root, options.values)
  const rules = rulesOf(chart.flavour)
  const values = coalesceValues(root, options.values, rules.nulls)
  if (options.schemas !== 'skip') validateValues(root, values)
  const capabilities = options.capabilities ?? {}
  if (checks === 'kube-version') checkKubeVersion(root, kubeVersionOf(capabilities, rules))
  const log = new ReadLog(values)
  observer?.onValues(values)
  const budget = new Budget(options.limits, options.clock)
  const top = new GoMap(
    new Map<string, Value>([
      ['Values', asValues(values)],
      ['Release', releaseObject(options.release)],
      ['Capabilities', capabilitiesObject(capabilities, rules)],
    ]),
  )
  const files = renderTemplates(root, top, {
    budget,
    generated: options.generated,
    rehearsal: isRehearsal ? 'running' : rehearsalOf(chart, options),
    cache,
    report: (kind: ReadKind, name: string) => log.report(kind, name),
    ...(options.strict === undefined ? {} : { strict: options.strict }),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...(observer === undefined ? {} : { observer }),
  })
  return { root, files, log, budget }
}

/** Renders the chart once for nothing, from the start, and throws only what it has to pay for and cannot. */
function rehearsalOf(chart: Chart, options: RenderOptions): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    const generated = options.generated.rehearse()
    try {
      renderTree(
        chart,
        { ...options, generated, schemas: 'skip' },
        { checks: 'none', isRehearsal: true },
      )
    } catch (error) {
      if (error instanceof LimitError && error.code === 'TEMPLATE_FUEL') throw error
      // Everything else may come of what stood in for the dear: the render itself tells.
    }
  }
}

/** Throws `HelmError` where a release cannot have the name. */
export function checkReleaseName(name: string): void {
  if (name !== '' && name.length <= RELEASE_NAME_LENGTH_MAX && RELEASE_NAME.test(name)) return
  const reason =
    name === ''
      ? 'no name provided'
      : `invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than ${RELEASE_NAME_LENGTH_MAX}`
  throw new HelmError('HELM_RELEASE_NAME', `release name ${JSON.stringify(name)}: ${reason}`)
}

function checkKubeVersion({ metadata }: ChartNode, { version, normalized }: KubeVersion): void {
  if (metadata.kubeVersion === '' || isCompatible(metadata.kubeVersion, normalized)) return
  throw new HelmError(
    'CHART_KUBE_VERSION',
    `chart requires kubeVersion: ${metadata.kubeVersion} which is incompatible with Kubernetes ${version}`,
  )
}

function releaseObject({ name, namespace, action = 'install', revision = 1 }: Release): GoMap {
  return new GoMap(
    new Map<string, Value>([
      ['Name', toBytes(name)],
      ['Namespace', toBytes(namespace)],
      ['IsUpgrade', action === 'upgrade'],
      ['IsInstall', action === 'install'],
      ['Revision', goInt(revision)],
      ['Service', 'Helm'],
    ]),
  )
}

/** The files of `crds/`, the chart's own first, then those of its subcharts. */
function crdsOf(chart: ChartNode): CustomResourceFile[] {
  const own = chart.chart.files
    .filter(isCrdFile)
    .map(({ name, data }) => ({ source: `${chart.fullPath}/${name}`, content: data }))
  return [...own, ...chart.dependencies.flatMap(crdsOf)]
}

function isCrdFile({ name }: ChartFile): boolean {
  return name.startsWith('crds/') && /\.(?:yaml|yml|json)$/i.test(name)
}
