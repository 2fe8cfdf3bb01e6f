/**
 * The answer of a Go function that returned an error or panicked. The engine puts the position and
 * `error calling NAME` before it, as text/template does.
 */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
}

/** Where in a template something was found: the name under which it was parsed, line from 1, byte column. */
export interface TemplatePosition {
  readonly template: string
  readonly line: number
  /** Bytes from the start of the line, as Go counts them; absent in errors of the parser. */
  readonly column?: number
}

/**
 * A template that cannot be parsed or executed. `message` is the text of Go 1.26 text/template, so people
 * find what they know; `position` says the same in a form for tools.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly kind: 'parse' | 'execute'
  readonly position: TemplatePosition

  constructor(
    kind: 'parse' | 'execute',
    message: string,
    options: { readonly position: TemplatePosition; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.position = options.position
  }
}

/** Which bound of a render was reached (RELIABILITY 4.5). */
export type LimitCode =
  | 'TEMPLATE_FUEL'
  | 'TEMPLATE_MEMORY'
  | 'TEMPLATE_OUTPUT'
  | 'TEMPLATE_DEPTH'
  | 'TEMPLATE_TIME'
  | 'TEMPLATE_SYNTAX'

/**
 * A bound was reached. No function catches it and no template goes on after it; the message names the
 * limit, and the engine adds the template and the line.
 */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly code: LimitCode
  position: TemplatePosition | undefined

  constructor(code: LimitCode, what: string) {
    super(`${code}: ${what}`)
    this.code = code
  }

  /** Adds the innermost position; later calls leave it alone. */
  locate(position: TemplatePosition): this {
    if (this.position !== undefined) return this
    this.position = position
    this.message += ` at ${position.template}:${position.line}`
    return this
  }
}
