import {
  type Budget,
  compareBytes,
  executeTemplate,
  fixed,
  FunctionError,
  type FunctionTable,
  type GeneratedValues,
  GoMap,
  type ParseCache,
  type ReadKind,
  type Rehearsal,
  TemplateError,
  TemplateSet,
  type Tracer,
  type Value,
} from '@tidemark/go-template'
import { type ChartFile, type ChartNode } from '../chart/chart.ts'
import { type FlavourRules, rulesOf } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { asValues, tableAt } from '../values/values-map.ts'
import { chartMap, chartObject } from './chart-object.ts'
import { executionMessage } from './execution-message.ts'
import { filesObject } from './files-object.ts'

/** The name of Helm's template set, which `tpl` gives to its texts. */
const SET_NAME = 'gotpl'

/** Looks objects up in a cluster for `lookup`; an empty name asks for a list. */
export interface ClusterLookup {
  lookup(query: LookupQuery): Value
}

export interface LookupQuery {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Follows the execution of each template. */
export interface TemplateObserver {
  readonly tracer: Tracer
  readonly onTemplate: (path: string) => void
  readonly onOutput: (path: string, output: string) => void
}

export interface TemplateOptions {
  readonly budget: Budget
  readonly generated: GeneratedValues
  readonly rehearsal?: Rehearsal
  readonly strict?: boolean
  readonly cache?: ParseCache
  readonly lookup?: ClusterLookup
  readonly observer?: TemplateObserver
  readonly report?: (kind: ReadKind, name: string) => void
}

interface Renderable {
  readonly name: string
  readonly file: ChartFile
  readonly values: GoMap
  readonly basePath: string
}

/**
 * Renders every template of a chart and its subcharts over the values at the top (`Values`, `Release`,
 * `Capabilities`): path -> output, Go bytes. Throws `HelmError` with Helm's text, or `LimitError`.
 */
export function renderTemplates(
  chart: ChartNode,
  top: GoMap,
  options: TemplateOptions,
): ReadonlyMap<string, string> {
  const rules = rulesOf(chart.chart.flavour)
  const renderables = new Map<string, Renderable>()
  collect(chart, top, renderables)
  const names = [...renderables.keys()].toSorted(byDepth)
  const templates = new TemplateSet({
    functions: functionsWith(rules.functions, options.lookup),
    missingKey: options.strict === true ? 'error' : 'zero',
    ...(options.cache === undefined ? {} : { cache: options.cache }),
  })
  for (const name of names) parse(templates, name, renderables.get(name)?.file.data ?? '')
  const outputs = new Map<string, string>()
  for (const name of names) {
    const renderable = renderables.get(name)
    if (renderable !== undefined && !baseName(name).startsWith('_'))
      outputs.set(name, execute(templates, renderable, { ...options, rules }))
  }
  return outputs
}

/** Deep paths first, and among equals the last first: a parent's definition goes over its child's. */
function byDepth(left: string, right: string): number {
  const difference = right.split('/').length - left.split('/').length
  return difference === 0 ? compareBytes(right, left) : difference
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Every template with the values of its chart; gives the values of the chart, for `.Subcharts`. */
function collect(chart: ChartNode, parent: GoMap, renderables: Map<string, Renderable>): GoMap {
  const rules = rulesOf(chart.chart.flavour)
  const describe = rules.chart === 'struct' ? chartObject : chartMap
  const subcharts = new GoMap()
  const own = chart.isRoot ? parent.entries.get('Values') : ownValues(chart, parent)
  const values = new GoMap(
    new Map<string, Value>([
      ['Chart', describe(chart.metadata, chart.isRoot)],
      ['Files', filesObject(chart.chart.files, rules.linesOfEmptyFile)],
      ['Release', parent.entries.get('Release')],
      ['Capabilities', parent.entries.get('Capabilities')],
      ['Values', own],
      ['Subcharts', subcharts],
    ]),
  )
  for (const child of chart.dependencies)
    subcharts.entries.set(child.name, collect(child, values, renderables))
  const base = chart.fullPath
  const isLibrary = chart.metadata.type.toLowerCase() === 'library'
  for (const file of chart.chart.templates) {
    if (isLibrary && !baseName(file.name).startsWith('_')) continue
    const name = `${base}/${file.name}`
    renderables.set(name, { name, file, values, basePath: `${base}/templates` })
  }
  return values
}

function ownValues(chart: ChartNode, parent: GoMap): GoMap {
  const values = parent.entries.get('Values')
  const table = values instanceof GoMap ? tableAt(values, chart.name) : undefined
  return asValues(table ?? new GoMap())
}

function functionsWith(functions: FunctionTable, lookup: ClusterLookup | undefined): FunctionTable {
  const called = fixed(['string', 'string', 'string', 'string'], (args, context) => {
    const [apiVersion = '', kind = '', namespace = '', name = ''] = args.map(asText)
    context.report('lookup', [apiVersion, kind, namespace, name].join('/'))
    return lookup?.lookup({ apiVersion, kind, namespace, name }) ?? new GoMap()
  })
  return new Map([...functions, ['lookup', called]])
}

function asText(value: Value): string {
  return typeof value === 'string' ? value : ''
}

function parse(templates: TemplateSet, name: string, text: string): void {
  try {
    templates.parse({ name, text })
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const parts = error.message.split(': ')
    const message =
      parts.length === 1
        ? `parse error in (${name}): ${error.message}`
        : `parse error at (${parts[1]}): ${parts.at(-1)}`
    throw new HelmError('TEMPLATE', message, { cause: error })
  }
}

function execute(
  templates: TemplateSet,
  { name, values, basePath }: Renderable,
  options: TemplateOptions & { readonly rules: FlavourRules },
): string {
  const template = new GoMap(
    new Map<string, Value>([
      ['Name', name],
      ['BasePath', basePath],
    ]),
  )
  values.entries.set('Template', asValues(template))
  options.observer?.onTemplate(name)
  options.report?.('template', name)
  try {
    const output = executeTemplate(templates, name, asValues(values), {
      budget: options.budget,
      generated: options.generated,
      setName: SET_NAME,
      ...(options.rehearsal === undefined ? {} : { rehearsal: options.rehearsal }),
      ...(options.observer === undefined ? {} : { tracer: options.observer.tracer }),
      ...(options.report === undefined ? {} : { report: options.report }),
    })
    options.observer?.onOutput(name, output)
    return output.replaceAll('<no value>', '')
  } catch (error) {
    if (!(error instanceof TemplateError) && !(error instanceof FunctionError)) throw error
    const message = executionMessage(name, error, options.rules.executionErrors)
    throw new HelmError('TEMPLATE', message, { cause: error })
  }
}
