import { fromBytes, GoMap, toBytes, type Value } from '@tidemark/go-template'
import { parseDocuments, type YamlNode } from '@tidemark/yaml'
import { type Chart } from '../chart/chart.ts'
import { type LineOrigin, LineTracer } from './line-tracer.ts'
import { type RenderedChart, renderTraced, type RenderOptions } from './render-chart.ts'
import { type Manifest } from './sort-manifests.ts'

/** Values by where they come from, the strongest first: `--set` lines, then files, the last file first. */
export interface ValuesLayer {
  readonly name: string
  readonly values: GoMap
}

export interface ValueOrigin {
  /** Path with dots. */
  readonly key: string
  /** The layer that set it; `values.yaml` of the chart or a subchart; nothing where it is set nowhere. */
  readonly file: string | undefined
}

/** Where one field of one object comes from. */
export interface FieldOrigin {
  /** `Deployment/shop`. */
  readonly object: string
  /** `spec.template.spec.containers[0].image`. */
  readonly path: string
  readonly template: string
  readonly line: number
  readonly values: readonly ValueOrigin[]
}

export interface TracedChart {
  readonly rendered: RenderedChart
  readonly fields: readonly FieldOrigin[]
}

/** Fields are told up to this many; what is above is left out. */
const FIELDS_MAX = 200_000

/**
 * Renders once more, and tells for each field of each object which template line printed it and which
 * values it used. Slower than `renderChart`; the same inputs give the same output.
 */
export function traceChart(
  chart: Chart,
  options: RenderOptions,
  layers: readonly ValuesLayer[] = [],
): TracedChart {
  const tracer = new LineTracer()
  const lines = new Map<string, readonly LineOrigin[]>()
  const rendered = renderTraced(chart, options, {
    tracer,
    onValues: (values) => tracer.name(values, ''),
    onTemplate: () => tracer.begin(),
    onOutput: (path, output) => lines.set(path, tracer.finish(output)),
  })
  const fields: FieldOrigin[] = []
  const from = new Map<string, number>()
  const inOrder = [...rendered.manifests, ...rendered.hooks].toSorted(
    (left, right) => left.position - right.position,
  )
  for (const manifest of inOrder) {
    const output = rendered.files.get(manifest.source) ?? ''
    const start = output.indexOf(manifest.content, from.get(manifest.source) ?? 0)
    from.set(manifest.source, Math.max(start, 0) + manifest.content.length)
    const first = output.slice(0, Math.max(start, 0)).split('\n').length - 1
    const origins = lines.get(manifest.source) ?? []
    const tell = (path: string, line: number): void => {
      const origin = origins[first + line - 1]
      if (origin === undefined || fields.length >= FIELDS_MAX) return
      const values = origin.values.map((key) => ({ key, file: fileOf(key, { layers, chart }) }))
      fields.push({
        object: objectOf(manifest),
        path,
        template: origin.template,
        line: origin.line,
        values,
      })
    }
    for (const node of parseDocuments(fromBytes(manifest.content), { flavour: 'yaml2' }))
      walk(node, '', tell)
  }
  return { rendered, fields }
}

function objectOf({ head }: Manifest): string {
  return fromBytes(`${head.kind}/${head.name}`)
}

/** Each scalar, and each collection that is empty. */
function walk(node: YamlNode, path: string, tell: (path: string, line: number) => void): void {
  switch (node.kind) {
    case 'mapping':
      if (node.entries.length === 0) tell(path, node.line)
      for (const { key, value } of node.entries) {
        const name = key.kind === 'scalar' ? key.value : '?'
        const below = pathOf(path, name)
        // A field stands where its key does.
        if (value.kind === 'scalar' || value.kind === 'alias') tell(below, key.line)
        else walk(value, below, tell)
      }
      return
    case 'sequence':
      if (node.items.length === 0) tell(path, node.line)
      for (const [index, item] of node.items.entries()) walk(item, `${path}[${index}]`, tell)
      return
    default:
      tell(path, node.line)
  }
}

function pathOf(path: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${path}["${name}"]`
  return path === '' ? name : `${path}.${name}`
}

/** The strongest layer that has a key, else the chart or subchart whose defaults have it. */
function fileOf(
  key: string,
  { layers, chart }: { layers: readonly ValuesLayer[]; chart: Chart },
): string | undefined {
  const path = key.split('.').map(toBytes)
  const layer = layers.find(({ values }) => has(values, path))
  return layer?.name ?? defaultsOf(chart, path, '')
}

function defaultsOf(chart: Chart, path: readonly string[], folder: string): string | undefined {
  if (has(chart.values, path)) return `${folder}values.yaml`
  const [first, ...rest] = path
  const subchart = chart.dependencies.find(({ metadata }) => metadata.name === first)
  const alias = chart.metadata.dependencies?.find((dependency) => dependency.alias === first)
  const target =
    subchart ?? chart.dependencies.find(({ metadata }) => metadata.name === alias?.name)
  return target === undefined || rest.length === 0
    ? undefined
    : defaultsOf(target, rest, `${folder}charts/${fromBytes(target.metadata.name)}/`)
}

function has(values: GoMap, path: readonly string[]): boolean {
  let value: Value = values
  for (const name of path) {
    if (!(value instanceof GoMap) || !value.entries.has(name)) return false
    value = value.entries.get(name)
  }
  return true
}
