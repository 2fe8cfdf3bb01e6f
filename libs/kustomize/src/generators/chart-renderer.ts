import type { SourceTree } from '@tidemark/source-tree'

/** One chart to render, as `helm template` would. */
export interface ChartRequest {
  readonly tree: SourceTree
  /** The folder of the chart, from the root of the tree. */
  readonly chart: string
  readonly releaseName: string
  readonly namespace: string
  /** Values files in the order in which they are merged, later ones win; the chart's own come before all. */
  readonly valuesFiles: readonly { readonly name: string; readonly text: string }[]
  readonly includeCrds: boolean
  readonly skipHooks: boolean
  readonly skipTests: boolean
  readonly apiVersions: readonly string[]
  /** Empty: the renderer's default. */
  readonly kubeVersion: string
  readonly nameTemplate: string
}

/** Renders charts that lie in the tree. The answer is what `helm template` prints. */
export interface ChartRenderer {
  /** MUST be a pure function of the request and of what it reads from its tree. */
  render(request: ChartRequest): string
}
