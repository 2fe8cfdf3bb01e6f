import { assert } from '@tidemark/kernel'
import { FetchRefused } from '@tidemark/oci'
import type { Repositories } from '../ports.ts'
import { buildChart } from './build-chart.ts'
import { findChart } from './find-chart.ts'
import { keepTree } from './keep-tree.ts'
import { withinTimeout, type Look, type WebSourceParts } from './web-sources.ts'

/** Charts in other sources: found, built as Flux packages them, and kept with `Chart.yaml` at the root. */
export function helmCharts(parts: WebSourceParts): Repositories {
  return withinTimeout(parts.clock, (source, signal) => look(parts, source, signal))
}

async function look(
  parts: WebSourceParts,
  source: Parameters<Look>[0],
  signal: AbortSignal,
): ReturnType<Look> {
  const { declared, known, upstream } = source
  const chart = declared.helmChart
  assert(chart !== undefined, 'a HelmChart is declared as one')
  if (upstream === undefined)
    throw new FetchRefused('SOURCE_CHART', 'what the chart is in is not declared')
  const found = await findChart(parts, { chart, upstream, secrets: source.secrets }, signal)
  // As in Flux: a version that is here already is not fetched again.
  if (found.version === known.revision) return { kind: 'unchanged' }
  parts.crashPoints.at('fetcher.resolved')
  const tree = buildChart(await found.open(signal), {
    version: found.version,
    valuesFiles: chart.valuesFiles,
    missingFiles: chart.ignoreMissingValuesFiles ? 'left out' : 'refused',
  })
  const options = { rules: 'none', previousBlob: known.artifactBlob } as const
  const kept = await keepTree(parts.blobs, tree, options, signal)
  parts.crashPoints.at('fetcher.artifact-kept')
  const { originRevision = '' } = found
  return { kind: 'found', revision: found.version, ...kept, originRevision, forced: false }
}
