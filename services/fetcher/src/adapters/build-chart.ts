import { toYamlValue } from '@tidemark/go-template'
import { HelmError, mergeValues, type ValuesFile } from '@tidemark/helm'
import { FetchRefused } from '@tidemark/oci'
import { joinPath, memoryTree, type SourceTree } from '@tidemark/source-tree'
import { isYamlMap, parseYaml, printYaml } from '@tidemark/yaml'
import type { OpenedChart } from './open-chart.ts'

export interface ChartBuild {
  /** What is to be in its Chart.yaml. */
  readonly version: string
  /** Merged in order, they replace the values of the chart. */
  readonly valuesFiles: readonly string[]
  readonly missingFiles: 'refused' | 'left out'
}

/** The files of a chart as Flux packages it: with its version, and with the values of other files. */
export function buildChart(chart: OpenedChart, build: ChartBuild): SourceTree {
  const changed = new Map<string, string>()
  if (build.version !== chart.version) changed.set('Chart.yaml', withVersion(chart, build.version))
  if (build.valuesFiles.length > 0) changed.set('values.yaml', mergedValues(chart, build))
  if (changed.size === 0) return chart.tree
  const files = [...chart.tree.entries()]
    .filter(({ path }) => !changed.has(path))
    .map(({ path }): readonly [string, Uint8Array] => [path, chart.tree.read(path)])
  return memoryTree([...files, ...changed])
}

function withVersion({ tree }: OpenedChart, version: string): string {
  const options = { flavour: 'yaml2', duplicateKeys: 'last-wins', numbers: 'exact' } as const
  const metadata = parseYaml(tree.read('Chart.yaml'), options)
  if (!isYamlMap(metadata)) throw new FetchRefused('SOURCE_CHART', 'Chart.yaml is no map')
  return printYaml(new Map([...metadata, ['version', version]]), 'yaml2')
}

function mergedValues(
  { valuesIn }: OpenedChart,
  { valuesFiles, missingFiles }: ChartBuild,
): string {
  const files: ValuesFile[] = []
  for (const name of valuesFiles) {
    const path = joinPath('', name)
    if (valuesIn.stat(path)?.kind === 'file') files.push({ name, text: valuesIn.read(path) })
    else if (missingFiles === 'refused')
      throw new FetchRefused(
        'SOURCE_CHART',
        `there is no values file ${JSON.stringify(name)}; correct spec.valuesFiles, or set ignoreMissingValuesFiles`,
      )
  }
  try {
    return printYaml(toYamlValue(mergeValues({ files }), 'yaml2'), 'yaml2')
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    throw new FetchRefused('SOURCE_CHART', `its values files cannot be merged: ${error.message}`, {
      cause: error,
    })
  }
}
