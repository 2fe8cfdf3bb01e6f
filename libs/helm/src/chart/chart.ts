import { type GoMap, type Value } from '@tidemark/go-template'
import { type Flavour, rulesOf } from '../flavour.ts'

export interface ChartFile {
  /** Relative to its chart, with `/`. */
  readonly name: string
  /** Go bytes. */
  readonly data: string
}

export interface Maintainer {
  readonly name: string
  readonly email: string
  readonly url: string
}

/** One entry of `dependencies` in Chart.yaml. Processing changes name, enabled and imports. */
export interface Dependency {
  name: string
  readonly version: string
  readonly repository: string
  readonly condition: string
  readonly tags: readonly string[]
  enabled: boolean
  importValues: readonly Value[]
  readonly alias: string
}

/** Chart.yaml. All texts are Go bytes; what is absent is empty, as in Go. */
export interface ChartMetadata {
  name: string
  readonly home: string
  readonly sources: readonly string[]
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly maintainers: readonly Maintainer[]
  readonly icon: string
  readonly apiVersion: string
  readonly condition: string
  readonly tags: string
  readonly appVersion: string
  readonly deprecated: boolean
  readonly annotations: ReadonlyMap<string, string> | undefined
  readonly kubeVersion: string
  dependencies: Dependency[] | undefined
  readonly type: string
}

/** A chart as it was loaded. It is never changed: rendering works on a `ChartNode` made of it. */
export interface Chart {
  /** How it was loaded, and how it is rendered. */
  readonly flavour: Flavour
  readonly metadata: ChartMetadata
  readonly values: GoMap
  /** The text of values.schema.json. */
  readonly schema: string | undefined
  readonly templates: readonly ChartFile[]
  /** Everything that is no template, no values and no subchart. */
  readonly files: readonly ChartFile[]
  readonly dependencies: readonly Chart[]
}

/**
 * A chart within one render: dependencies are dropped, copied under other names, and given imported
 * values. Parents are links, as upstream, since paths of templates follow them.
 */
export class ChartNode {
  readonly chart: Chart
  metadata: ChartMetadata
  values: GoMap
  parent: ChartNode | undefined
  dependencies: ChartNode[] = []

  constructor(chart: Chart, metadata: ChartMetadata, values: GoMap) {
    this.chart = chart
    this.metadata = metadata
    this.values = values
  }

  /** A tree of nodes over a chart and its dependencies. */
  static of(chart: Chart): ChartNode {
    const node = new ChartNode(chart, copyOfMetadata(chart.metadata), chart.values)
    node.setDependencies(chart.dependencies.map((dependency) => ChartNode.of(dependency)))
    return node
  }

  /** The same chart under another name; whether its own dependencies are shared is a matter of the flavour. */
  renamed(name: string): ChartNode {
    const metadata = { ...this.metadata, name }
    if (rulesOf(this.chart.flavour).aliased === 'shared') {
      const sharing = this.#withMetadata(metadata)
      sharing.dependencies = this.dependencies
      return sharing
    }
    const copy = this.#withMetadata(copyOfMetadata(metadata))
    copy.setDependencies(this.dependencies.map((dependency) => dependency.#shallowCopy()))
    return copy
  }

  #withMetadata(metadata: ChartMetadata): ChartNode {
    const copy = new ChartNode(this.chart, metadata, this.values)
    copy.parent = this.parent
    return copy
  }

  #shallowCopy(): ChartNode {
    const copy = this.#withMetadata(this.metadata)
    copy.dependencies = this.dependencies
    return copy
  }

  get name(): string {
    return this.metadata.name
  }

  get isRoot(): boolean {
    return this.parent === undefined
  }

  /** The path of the chart from the root, `a/charts/b`. */
  get fullPath(): string {
    return this.parent === undefined ? this.name : `${this.parent.fullPath}/charts/${this.name}`
  }

  setDependencies(dependencies: readonly ChartNode[]): void {
    this.dependencies = [...dependencies]
    for (const dependency of dependencies) dependency.parent = this
  }
}

function copyOfMetadata(metadata: ChartMetadata): ChartMetadata {
  const dependencies = metadata.dependencies?.map((dependency) => ({ ...dependency }))
  return { ...metadata, dependencies }
}
