/** Why a tree, or an archive of one, refuses. The message names the path, the bound and the way out. */
export type SourceErrorCode =
  | 'SOURCE_ESCAPE'
  | 'SOURCE_LINK_LOOP'
  | 'SOURCE_MISSING'
  | 'SOURCE_KIND'
  | 'SOURCE_NAME'
  | 'SOURCE_DUPLICATE'
  | 'SOURCE_FILE_SIZE'
  | 'SOURCE_COUNT'
  | 'ARCHIVE_FORMAT'
  | 'ARCHIVE_ENTRY'
  | 'ARCHIVE_DUPLICATE'
  | 'ARCHIVE_COUNT'
  | 'ARCHIVE_SIZE'
  | 'ARCHIVE_RATIO'

/** The answer is no: the content breaks a rule. Asking again will not help; a new revision will. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError'
  readonly code: SourceErrorCode
  /** The path within the tree (or the entry of the archive) that the message is about. */
  readonly path: string

  constructor(code: SourceErrorCode, path: string, reason: string) {
    super(`${code}: ${reason}`)
    this.code = code
    this.path = path
  }
}
