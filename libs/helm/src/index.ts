export type { Chart, ChartFile, ChartMetadata, Dependency, Maintainer } from './chart/chart.ts'
export { checkInstallable } from './chart/check-installable.ts'
export { loadChart, loadChartArchive, loadChartFiles } from './chart/load-chart.ts'
export { ChartNode } from './chart/chart.ts'
export { processDependencies } from './chart/process-dependencies.ts'
export { type Flavour } from './flavour.ts'
export { HelmError, type HelmErrorCode } from './helm-error.ts'
export { hintOf } from './hint.ts'
export {
  type Capabilities,
  type HelmVersion,
  type KubeVersion,
  parseKubeVersion,
} from './render/capabilities.ts'
export { printRelease, type PrintOptions } from './render/print-release.ts'
export type { ReadReport } from './render/read-log.ts'
export {
  checkReleaseName,
  type CustomResourceFile,
  type Release,
  renderChart,
  renderFiles,
  type RenderedChart,
  type RenderOptions,
} from './render/render-chart.ts'
export type { ClusterLookup, LookupQuery } from './render/render-templates.ts'
export { type Hook, type HookEvent, type Manifest, sortFiles } from './render/sort-manifests.ts'
export { reportOf, validateValues } from './schema/validate-values.ts'
export { coalesceValues } from './values/coalesce.ts'
export { mergeMaps } from './values/merge-maps.ts'
export { mergeValues, type ValuesFile, type ValuesInput } from './values/merge-values.ts'
export { setValues, type SetOptions, type SetStyle } from './values/set-values.ts'
export {
  type FindData,
  type ReferencedValues,
  type ValueReference,
  valuesFromReferences,
} from './values/value-references.ts'
export {
  type FieldOrigin,
  traceChart,
  type TracedChart,
  type ValueOrigin,
  type ValuesLayer,
} from './render/trace-chart.ts'
export { seedGenerated, type Seeded, type SeedInput } from './render/seed-generated.ts'
