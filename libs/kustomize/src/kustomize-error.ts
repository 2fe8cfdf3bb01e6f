/** What can be wrong with a kustomization, its files or what they ask for. */
export type KustomizeErrorCode =
  | 'KUSTOMIZE_UNKNOWN_FIELD'
  | 'KUSTOMIZE_FIELD_TYPE'
  | 'KUSTOMIZE_FILE'
  | 'KUSTOMIZE_MISSING'
  | 'KUSTOMIZE_ROOT'
  | 'KUSTOMIZE_CYCLE'
  | 'KUSTOMIZE_REMOTE'
  | 'KUSTOMIZE_PLUGIN'
  | 'KUSTOMIZE_HELM'
  | 'HELM_RELEASE_NAME'
  | 'KUSTOMIZE_YAML'
  | 'KUSTOMIZE_OBJECT'
  | 'KUSTOMIZE_NODE_KIND'
  | 'KUSTOMIZE_GENERATOR'
  | 'KUSTOMIZE_PATCH'
  | 'KUSTOMIZE_TARGET'
  | 'KUSTOMIZE_REPLACEMENT'
  | 'KUSTOMIZE_VAR'
  | 'KUSTOMIZE_CONFIG'
  | 'KUSTOMIZE_LIMIT'
  | 'DUPLICATE_OBJECT'
  | 'PATCH_PATH'
  | 'PATCH_INDEX'
  | 'REGEX_SYNTAX'
  | 'SOURCE_ESCAPE'
  | 'SOURCE_LINK_LOOP'
  | 'SOURCE_FILE_SIZE'
  | 'YAML_SYNTAX'
  | 'YAML_ENCODING'
  | 'YAML_DEPTH'
  | 'YAML_EXPANSION'
  | 'YAML_DUPLICATE_KEY'
  | 'YAML_TAG'
  | 'YAML_DOCUMENTS'

/**
 * The answer is no: what the files say cannot be built. `upstream` holds the words of kustomize 5.8 for the same
 * refusal, wrapped as it wraps them; `hint` says what to do. The message is all three together.
 */
export class KustomizeError extends Error {
  override readonly name: string = 'KustomizeError'
  readonly code: KustomizeErrorCode
  readonly upstream: string
  readonly hint: string

  constructor(
    code: KustomizeErrorCode,
    upstream: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    const hint = options.hint ?? ''
    super(`${code}: ${upstream}${hint === '' ? '' : `; ${hint}`}`, { cause: options.cause })
    this.code = code
    this.upstream = upstream
    this.hint = hint
  }

  /** The same refusal, with what was being done when it was met. */
  wrapped(prefix: string): KustomizeError {
    return this.reworded(`${prefix}: ${this.upstream}`)
  }

  /** The same refusal in other words. */
  reworded(upstream: string): KustomizeError {
    return new KustomizeError(this.code, upstream, { hint: this.hint, cause: this.cause })
  }
}

/** Runs a step; a refusal inside it is told with what the step was. */
export function during<Result>(prefix: string | (() => string), step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    throw error.wrapped(typeof prefix === 'string' ? prefix : prefix())
  }
}

// Enough for every patch that people write; upstream repeats megabytes.
const QUOTE_CHARACTERS_MAX = 4_000

/** A text of the source, as far as a message may repeat it. */
export function shortened(text: string): string {
  if (text.length <= QUOTE_CHARACTERS_MAX) return text
  return `${text.slice(0, QUOTE_CHARACTERS_MAX)} ... (${text.length} characters)`
}
