/** What a text may cost. Each bound has an error of its own; none can be passed by an alias or an anchor. */
export interface YamlLimits {
  /** Open collections, aliases followed. Between 1 and 1,000. */
  readonly depthMax: number
  /** Nodes of one document after its aliases are followed. */
  readonly nodesMax: number
  /** Documents of one text. */
  readonly documentsMax: number
}

/** Nobody needs more than the defaults; a caller may lower them. */
export const defaultLimits: YamlLimits = {
  depthMax: 100, // The deepest CustomResourceDefinition that we met has 58.
  nodesMax: 1_000_000, // A repository's largest file has 300,000; more is an alias bomb.
  documentsMax: 10_000,
}

/** The stack holds this many levels of every walk over a tree, on every platform. */
export const DEPTH_MAX = 1_000
