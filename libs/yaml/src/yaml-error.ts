/** What can be wrong with a text, or with a value that is to be printed. */
export type YamlErrorCode =
  | 'YAML_SYNTAX'
  | 'YAML_ENCODING'
  | 'YAML_DEPTH'
  | 'YAML_EXPANSION'
  | 'YAML_DUPLICATE_KEY'
  | 'YAML_TAG'
  | 'YAML_ALIAS'
  | 'YAML_KEY'
  | 'YAML_MERGE'
  | 'YAML_NUMBER'
  | 'YAML_DOCUMENTS'
  | 'YAML_OUTPUT'

/** Where in the text, both counted from 1, in UTF-16 units. `undefined` where a value has no text. */
export interface YamlPosition {
  readonly line: number
  readonly column: number
}

export interface YamlErrorOptions {
  readonly position?: YamlPosition | undefined
  /** The words of the Go library for the same refusal. Where there are none, our own stand in. */
  readonly upstream?: string
}

/**
 * A text that is no YAML, or that we refuse. `message` is ours and starts with the code; `upstream` is what the Go
 * library would have said, for engines whose users know those words.
 */
export class YamlError extends Error {
  override readonly name: string = 'YamlError'
  readonly code: YamlErrorCode
  /** Counted from 1; 0 when the error has no place. */
  readonly line: number
  /** Counted from 1; 0 when the error has no place. */
  readonly column: number
  readonly upstream: string

  constructor(code: YamlErrorCode, problem: string, options: YamlErrorOptions = {}) {
    super(`${code}: ${problem}`)
    this.code = code
    this.line = options.position?.line ?? 0
    this.column = options.position?.column ?? 0
    this.upstream = options.upstream ?? `yaml: ${problem}`
  }
}
