/** Why a chart, its values or its output is refused. Stable: people and tools may look at it. */
export type HelmErrorCode =
  | 'CHART_FILE'
  | 'CHART_NAME'
  | 'CHART_VERSION'
  | 'CHART_DEPTH'
  | 'CHART_SIZE'
  | 'CHART_DEPENDENCY'
  | 'CHART_KUBE_VERSION'
  | 'CHART_IGNORE'
  | 'ARCHIVE'
  | 'HELM_RELEASE_NAME'
  | 'VALUES'
  | 'SCHEMA'
  | 'SCHEMA_REF'
  | 'SCHEMA_DEPTH'
  | 'TEMPLATE'
  | 'MANIFEST'
  | 'ARGUMENT'

/**
 * The answer is no. `message` is the text of Helm 3.22, so people find what they know; `code` says which
 * kind of refusal it is.
 */
export class HelmError extends Error {
  override readonly name: string = 'HelmError'
  readonly code: HelmErrorCode

  constructor(code: HelmErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
