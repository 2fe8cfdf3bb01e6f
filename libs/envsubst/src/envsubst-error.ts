/**
 * `ENVSUBST_SYNTAX`: no expression of the grammar. `ENVSUBST_UNSET`: a variable without a value or a default, where that is refused.
 * `ENVSUBST_NAME`: a variable with a name that none may have. `ENVSUBST_RANGE`: a part of a value that does not exist.
 * `ENVSUBST_LIMIT`: more nesting, work or output than allowed.
 */
export type EnvsubstErrorCode =
  | 'ENVSUBST_SYNTAX'
  | 'ENVSUBST_UNSET'
  | 'ENVSUBST_NAME'
  | 'ENVSUBST_RANGE'
  | 'ENVSUBST_LIMIT'

/** Why a text cannot be substituted: `message` is ours, `upstream` the words of Flux (its own, or ours where it crashes). */
export class EnvsubstError extends Error {
  override readonly name: string = 'EnvsubstError'
  readonly code: EnvsubstErrorCode
  readonly upstream: string

  constructor(code: EnvsubstErrorCode, message: string, upstream: string = message) {
    super(`${code}: ${message}`)
    this.code = code
    this.upstream = upstream
  }
}

/** Line and column of an offset, counted from 1. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `${line}:${offset - before.lastIndexOf('\n')}`
}
