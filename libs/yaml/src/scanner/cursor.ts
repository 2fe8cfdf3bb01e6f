import { isBlank, isBreakOrEnd } from '../characters.ts'
import type { Flavour } from '../flavour.ts'
import type { YamlError } from '../yaml-error.ts'
import { syntaxError } from './syntax-error.ts'
import type { Mark, Token, TokenKind } from './token.ts'

/** Where the scanner stands in a text that ends with NULs. */
export class Cursor {
  readonly text: string
  readonly flavour: Flavour
  offset = 0
  line = 0
  lineStart = 0
  #context: Mark = { offset: 0, line: 0, column: 0 }

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

  mark(): Mark {
    return { offset: this.offset, line: this.line, column: this.offset - this.lineStart }
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

  /** Whether at most `length` characters, not UTF-16 units, lie between a mark and here. */
  isWithin(length: number, { offset }: Mark): boolean {
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

  /** A token without text of its own. */
  token(kind: TokenKind, start: Mark, end: Mark): Token {
    return { kind, start, end, value: '', suffix: '', style: 'plain' }
  }

  /** Marks where a token starts, which is also the context of the errors inside it. */
  begin(): Mark {
    this.#context = this.mark()
    return this.#context
  }

  /** A syntax error here, in what started at `context`. */
  error(problem: string, context: Mark = this.#context): YamlError {
    return syntaxError(problem, { flavour: this.flavour, context, mark: this.mark(), ahead: 1 })
  }
}
