import { joinPath } from '@tidemark/source-tree'
import { printYaml } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import type { HelmChart, HelmGlobals } from '../kustomization/model.ts'
import { strategicMerge } from '../merge/strategic-merge.ts'
import { parseNode } from '../node/from-yaml.ts'
import { fromGoValue } from '../node/from-value.ts'
import { EMPTY_MAPPING, type Node } from '../node/node.ts'
import { nodeToValue } from '../node/to-value.ts'
import { Note, Resource } from '../resource.ts'
import type { Build } from '../target/build.ts'
import { readObjects } from '../target/read-resources.ts'
import type { ChartRequest } from './chart-renderer.ts'
import type { GeneratorContext } from './config-map.ts'

export interface ChartContext extends GeneratorContext {
  readonly build: Build
}

/** Renders a chart that lies in the source, through the renderer that the build was given. @throws KustomizeError */
export function inflateChart(
  chart: HelmChart & HelmGlobals,
  context: ChartContext,
): readonly Resource[] {
  const { build, loader, scopes, origin } = context
  const folder = checkedFolder(chart, context)
  const { charts } = build
  if (charts === undefined)
    throw new KustomizeError('KUSTOMIZE_HELM', 'must specify --enable-helm', {
      hint: 'charts are not rendered here; use a HelmRelease',
    })
  if (loader.tree.stat(folder)?.kind !== 'folder')
    throw new KustomizeError('KUSTOMIZE_HELM', `no chart found at '/${folder}'`, {
      hint:
        chart.repo === ''
          ? 'add the chart to the source'
          : `nothing is fetched while rendering: put the chart of ${chart.repo} at ${folder}, or use a HelmRelease`,
    })
  const output = charts.render({
    tree: loader.tree,
    chart: folder,
    releaseName: chart.releaseName,
    namespace: chart.namespace,
    valuesFiles: valuesFiles(chart, folder, context),
    includeCrds: chart.includeCRDs,
    skipHooks: chart.skipHooks,
    skipTests: chart.skipTests,
    apiVersions: chart.apiVersions ?? [],
    kubeVersion: chart.kubeVersion,
    nameTemplate: chart.nameTemplate,
  })
  return readObjects(output).map((node) => {
    const resource = new Resource(node, scopes, { ...origin, generator: `HelmChart ${chart.name}` })
    resource.annotate([Note['helm-generated'], 'true'])
    return resource
  })
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/** Where the chart must lie; its arguments are checked as upstream checks them, and a little harder. */
function checkedFolder(chart: HelmChart & HelmGlobals, { loader }: ChartContext): string {
  const { name, releaseName, version, repo, valuesMerge } = chart
  if (name === '') throw new KustomizeError('KUSTOMIZE_HELM', 'chart name cannot be empty')
  if (releaseName.startsWith('-'))
    throw new KustomizeError(
      'HELM_RELEASE_NAME',
      `releaseName must not start with '-', got ${JSON.stringify(releaseName)}`,
      {
        hint: 'not a DNS label',
      },
    )
  if (name.startsWith('-'))
    throw new KustomizeError(
      'KUSTOMIZE_HELM',
      `chart name must not start with '-', got ${JSON.stringify(name)}`,
    )
  if (releaseName !== '' && !DNS_LABEL.test(releaseName))
    throw new KustomizeError(
      'HELM_RELEASE_NAME',
      `releaseName ${JSON.stringify(releaseName)} is not a DNS label`,
    )
  if (!['', 'merge', 'override', 'replace'].includes(valuesMerge))
    throw new KustomizeError(
      'KUSTOMIZE_HELM',
      'valuesMerge must be one of [merge override replace]',
    )
  const home = loader.locate(chart.chartHome === '' ? 'charts' : chart.chartHome)
  const versioned = version !== '' && repo !== '' ? joinPath(home, `${name}-${version}`) : home
  return joinPath(versioned, name)
}

type ValuesFiles = ChartRequest['valuesFiles']

/** The values in their order: one file, or what it becomes with the inline values, then the additional files. */
function valuesFiles(
  chart: HelmChart & HelmGlobals,
  folder: string,
  context: ChartContext,
): ValuesFiles {
  const { loader } = context
  const more = (chart.additionalValuesFiles ?? []).map((name) => ({
    name,
    text: utf8(loader.load(name)),
  }))
  const file = (): Uint8Array =>
    chart.valuesFile === '' ? valuesOfChart(folder, context) : loader.load(chart.valuesFile)
  const inline = chart.valuesInline
  const name = chart.valuesFile === '' ? 'values.yaml' : chart.valuesFile
  if (inline === undefined || inline.size === 0) return [{ name, text: utf8(file()) }, ...more]
  if (chart.valuesMerge === 'replace')
    return [{ name: 'valuesInline', text: printYaml(inline, 'yaml2') }, ...more]
  const fromFile = parseNode(file()) ?? EMPTY_MAPPING
  const merged = mergeValues(fromFile, fromGoValue(inline), { chart, context })
  return [{ name, text: printYaml(nodeToValue(merged), 'yaml2') }, ...more]
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function valuesOfChart(folder: string, { loader }: ChartContext): Uint8Array {
  const path = joinPath(folder, 'values.yaml')
  if (loader.tree.stat(path) === undefined)
    throw new KustomizeError('KUSTOMIZE_HELM', `'/${path}' doesn't exist`, {
      hint: 'add it, or set "valuesFile"',
    })
  return loader.tree.read(path)
}

function mergeValues(
  file: Node,
  inline: Node,
  { chart, context }: { readonly chart: HelmChart; readonly context: ChartContext },
): Node {
  const rules = {
    direction: 'append',
    scopes: context.scopes,
    cleaned: new WeakMap<Node, Node>(),
  } as const
  const merged =
    chart.valuesMerge === 'merge'
      ? strategicMerge(file, inline, rules)
      : strategicMerge(inline, file, rules)
  return merged ?? EMPTY_MAPPING
}
