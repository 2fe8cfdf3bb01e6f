import { DEPTH_MAX } from '../limits.ts'
import { YamlError } from '../yaml-error.ts'

export const INDENT = 2

const SPACES = ' '.repeat(INDENT * (DEPTH_MAX + 2))

/**
 * Output with the state that libyaml's emitter keeps: the column, whether what was written last counts as a blank, and whether
 * the line holds nothing but indentation and indicators so far.
 */
export class Writer {
  readonly width: number
  readonly #lengthMax: number
  #out = ''
  column = 0
  #blank = true
  #indention = true

  constructor(width: number, lengthMax: number) {
    this.width = width
    this.#lengthMax = lengthMax
  }

  get text(): string {
    return this.#out
  }

  /** Whether a collection that starts here can share the line with the indicator before it. */
  get isAtIndicator(): boolean {
    return this.#indention
  }

  /** Breaks the line if it has content, and indents. */
  newLine(indent: number): void {
    const isFull = this.column > indent || (this.column === indent && !this.#blank)
    if (!this.#indention || isFull) this.break()
    if (this.column < indent) {
      this.#out += SPACES.slice(0, indent - this.column)
      this.column = indent
    }
    this.#blank = true
    this.#indention = true
  }

  /** The line break of a literal, behind which nothing counts as written. */
  break(): void {
    this.#out += '\n'
    this.column = 0
    if (this.#out.length <= this.#lengthMax) return
    throw new YamlError('YAML_OUTPUT', `more than ${this.#lengthMax} characters of output`)
  }

  /** `-`, `?` or `:` of a block, behind which more indicators can stand on the line. */
  indicator(character: string): void {
    this.#out += this.#blank ? character : ` ${character}`
    this.column += this.#blank ? 1 : 2
    this.#blank = false
  }

  /** Text without line breaks. */
  write(text: string): void {
    this.#out += text
    this.column += text.length
    this.#blank = false
    this.#indention = false
  }

  /** The same, behind a blank. */
  word(text: string): void {
    if (!this.#blank) {
      this.#out += ' '
      this.column += 1
    }
    this.write(text)
  }

  /** A line of a literal; what follows an unfinished one starts on a new line. */
  line(text: string, indent: number): void {
    this.#out += SPACES.slice(0, indent) + text
    this.column = indent + text.length
    this.#blank = true
    this.#indention = false
  }

  /** A break of a literal after which the next line is still to come. */
  endLine(): void {
    this.break()
    this.#blank = true
    this.#indention = true
  }

  /** U+2028 or U+2029 inside a scalar: a line break that is kept as it is. */
  wideBreak(character: string): void {
    this.#out += character
    this.column = 0
    this.#indention = true
  }
}
