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

/** What the author of a chart can do about it. */
const WAYS_OUT: Readonly<Record<LimitCode, string>> = {
  TEMPLATE_FUEL:
    'do less in loops (keys, hashes, dates, regular expressions and parsing cost most), or split the chart',
  TEMPLATE_MEMORY: 'make shorter texts and lists, or split the chart',
  TEMPLATE_OUTPUT: 'print less, or split the chart',
  TEMPLATE_DEPTH: 'nest less, and look for a template that includes itself',
  TEMPLATE_TIME: 'do less in loops, or split the chart',
}

/**
 * A bound was reached. No function catches it and no template goes on after it; the message names the
 * limit and a way out, and the engine adds the template and the line.
 */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly code: LimitCode
  readonly #what: string
  position: TemplatePosition | undefined

  constructor(code: LimitCode, what: string) {
    super(`${code}: ${what}; ${WAYS_OUT[code]}`)
    this.code = code
    this.#what = what
  }

  /** Adds the innermost position; later calls leave it alone. */
  locate(position: TemplatePosition): this {
    if (this.position !== undefined) return this
    this.position = position
    const place = `${position.template}:${position.line}`
    this.message = `${this.code}: ${this.#what} at ${place}; ${WAYS_OUT[this.code]}`
    return this
  }
}
