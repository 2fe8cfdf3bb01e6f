import { isBlank, isBreakOrEnd } from '../characters.ts'
import type { Flavour } from '../flavour.ts'
import type { YamlError } from '../yaml-error.ts'
import { syntaxError } from './syntax-error.ts'
import type { ScalarStyle } from '../node.ts'
import type { Place, Token, TokenKind } from './token.ts'

/** Where the scanner stands in a text that ends with NULs. */
export class Cursor {
  readonly text: string
  readonly flavour: Flavour
  offset = 0
  line = 0
  lineStart = 0
  /** Whether the plain scalar that was scanned last had line breaks behind it. */
  endedByBreak = false
  #startLine = 0
  #startColumn = 0

  constructor(text: string, flavour: Flavour) {
    this.text = text
    this.flavour = flavour
  }

  get column(): number {
    return this.offset - this.lineStart
  }

  peek(ahead = 0): number {
    return this.text.charCodeAt(this.offset + ahead)
  }

  place(): Place {
    return { line: this.line, column: this.offset - this.lineStart }
  }

  /** Steps over one line break, CR LF being one, and gives what it means inside a scalar. */
  readBreak(): string {
    const code = this.peek()
    this.offset += code === 0x0d && this.peek(1) === 0x0a ? 2 : 1
    this.line += 1
    this.lineStart = this.offset
    if (code === 0x2028) return '\u2028'
    return code === 0x2029 ? '\u2029' : '\n'
  }

  /** Whether at most `length` characters, not UTF-16 units, lie between an offset and here. */
  isWithin(length: number, offset: number): boolean {
    const units = this.offset - offset
    if (units <= length || units > 2 * length) return units <= length
    const pairs = this.text.slice(offset, this.offset).match(/[\uDC00-\uDFFF]/g)?.length ?? 0
    return units - pairs <= length
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.offset += 1
  }

  /** Steps over a comment, if there is one here. */
  skipComment(): void {
    if (this.peek() !== 0x23) return
    while (!isBreakOrEnd(this.peek())) this.offset += 1
  }

  /** A token starts here; errors inside it name this place as their context. */
  begin(): void {
    this.#startLine = this.line
    this.#startColumn = this.offset - this.lineStart
  }

  /** The token that began last and ends here. */
  token(kind: TokenKind, value = '', suffix = '', style: ScalarStyle = 'plain'): Token {
    return {
      kind,
      line: this.#startLine,
      column: this.#startColumn,
      endLine: this.line,
      endColumn: this.offset - this.lineStart,
      value,
      suffix,
      style,
    }
  }

  /** Steps over a token of which only the kind matters. */
  indicator(kind: TokenKind, length: number): Token {
    this.begin()
    this.offset += length
    return this.token(kind)
  }

  /** A token of no length at a place. */
  tokenAt(kind: TokenKind, { line, column }: Place): Token {
    const [endLine, endColumn] = [line, column]
    return { kind, line, column, endLine, endColumn, value: '', suffix: '', style: 'plain' }
  }

  scalar(value: string, style: ScalarStyle): Token {
    return this.token('scalar', value, '', style)
  }

  /** A syntax error here, in the token that began last or in what began at `context`. */
  error(
    problem: string,
    context: Place = { line: this.#startLine, column: this.#startColumn },
  ): YamlError {
    return syntaxError(problem, { flavour: this.flavour, context, place: this.place(), ahead: 1 })
  }
}
