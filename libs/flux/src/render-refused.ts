/** What the files of a source say cannot be rendered: where, what, and what to do. */
export class RenderRefused extends Error {
  override readonly name: string = 'RenderRefused'
  readonly code: string
  /** From the root of the source; empty where no file is to blame. */
  readonly file: string
  /** From 1; 0 where no line is to blame. */
  readonly line: number

  constructor(
    code: string,
    message: string,
    place: { readonly file?: string; readonly line?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: place.cause })
    this.code = code
    this.file = place.file ?? ''
    this.line = place.line ?? 0
  }
}
