/** Why a tree, or an archive of one, refuses. The message names the path, the bound and the way out. */
export type SourceErrorCode =
  | 'SOURCE_ESCAPE' // A path or link leaves the source.
  | 'SOURCE_LINK_LOOP' // Links lead to one another.
  | 'SOURCE_MISSING' // There is nothing at a path.
  | 'SOURCE_KIND' // A file stands where a folder is wanted, or the other way round.
  | 'SOURCE_NAME' // A name that no file may have.
  | 'SOURCE_DUPLICATE' // One path twice.
  | 'SOURCE_FILE_SIZE' // A file with more bytes than any may have.
  | 'SOURCE_COUNT' // More files than a source may have.
  | 'ARCHIVE_FORMAT' // The archive is damaged, or not whole.
  | 'ARCHIVE_ENTRY' // A link, a device, or a name that leaves the archive.
  | 'ARCHIVE_DUPLICATE' // A name twice, also in another spelling.
  | 'ARCHIVE_COUNT' // More entries than an archive may have.
  | 'ARCHIVE_SIZE' // It unpacks to more than it may.
  | 'ARCHIVE_RATIO' // It unpacks to too many times its size.

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
