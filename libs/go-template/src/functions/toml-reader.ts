import { assert } from '@tidemark/kernel'
import { fromRune, RUNE_ERROR, runeAt } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'

export type TomlItemKind =
  | 'end'
  | 'comment'
  | 'text'
  | 'string'
  | 'escaped'
  | 'long-string'
  | 'raw'
  | 'long-raw'
  | 'bool'
  | 'integer'
  | 'float'
  | 'time'
  | 'array'
  | 'array-end'
  | 'table'
  | 'table-end'
  | 'table-list'
  | 'table-list-end'
  | 'key'
  | 'key-end'
  | 'inline'
  | 'inline-end'

export interface TomlItem {
  readonly kind: TomlItemKind
  readonly text: string
  readonly line: number
}

/** A text that is no TOML, without the key at which that was found. */
export class TomlProblem extends FunctionError {
  readonly line: number

  constructor(problem: string, line: number) {
    super(problem)
    this.line = line
  }
}

/** What is read next, after what was read before. */
export type State = () => State | undefined

/** What is read behind the last character; no text has it. */
export const END = 0

/** How the lexer of TOML moves through a text, and says what it found. */
export abstract class TomlReader {
  protected readonly text: string
  protected at = 0
  protected start = 0
  protected isAtEnd = false
  protected readonly stack: State[] = []
  #counted = 0
  #lines = 1
  #item: TomlItem | undefined
  #state: State | undefined

  constructor(text: string) {
    this.text = text
    this.#state = () => this.top()
  }

  next(): TomlItem {
    this.#item = undefined
    while (this.#item === undefined) {
      assert(this.#state !== undefined, 'nothing is read behind the end')
      this.#state = this.#state()
    }
    return this.#item
  }

  /** Counts on from where it counted last, or back. */
  protected line(): number {
    for (; this.#counted < this.at; this.#counted++)
      if (this.text.charCodeAt(this.#counted) === 0x0a) this.#lines += 1
    for (; this.#counted > this.at; this.#counted--)
      if (this.text.charCodeAt(this.#counted - 1) === 0x0a) this.#lines -= 1
    return this.#lines
  }

  protected emit(kind: TomlItemKind): void {
    this.#item = { kind, text: this.current(), line: this.line() }
    this.start = this.at
  }

  protected current(): string {
    return this.text.slice(this.start, this.at)
  }

  protected read(): number {
    if (this.at >= this.text.length) {
      this.isAtEnd = true
      return END
    }
    const { rune, width } = runeAt(this.text, this.at)
    const byte = this.text.charCodeAt(this.at)
    const shown = byte.toString(16).padStart(2, '0')
    if (rune === RUNE_ERROR && width === 1)
      throw new TomlProblem(`invalid UTF-8 byte: 0x${shown}`, this.line())
    const isReturn = byte === 13 && this.text.charAt(this.at + 1) !== '\n'
    if (isControl(rune) || isReturn)
      throw new TomlProblem(
        `TOML files cannot contain control characters: '0x${shown}'`,
        this.line(),
      )
    this.at += width
    return rune
  }

  protected backUp(rune: number): void {
    if (this.isAtEnd) this.isAtEnd = false
    else this.at -= fromRune(rune).length
  }

  protected peek(): number {
    const rune = this.read()
    this.backUp(rune)
    return rune
  }

  protected accept(mark: string): boolean {
    const rune = this.read()
    if (rune === mark.charCodeAt(0)) return true
    this.backUp(rune)
    return false
  }

  /** Passes what is of a kind, and forgets it. */
  protected skip(isSkipped: (rune: number) => boolean): void {
    this.take(isSkipped)
    this.start = this.at
  }

  protected take(isTaken: (rune: number) => boolean): void {
    for (;;) {
      const rune = this.read()
      if (isTaken(rune)) continue
      this.backUp(rune)
      return
    }
  }

  protected ignored(state: State): State {
    this.start = this.at
    return state
  }

  protected pop(): State | undefined {
    return this.stack.pop()
  }

  protected fail(problem: string): never {
    const isBehindBreak = this.isAtEnd && this.text.charAt(this.at - 1) === '\n'
    throw new TomlProblem(problem, isBehindBreak ? this.line() - 1 : this.line())
  }

  protected failOnLineBefore(problem: string): never {
    throw new TomlProblem(problem, this.line() - 1)
  }

  protected done(kind: TomlItemKind): State | undefined {
    this.emit(kind)
    return this.pop()
  }

  /** What stands before marks that are no part of it. */
  protected closed(kind: TomlItemKind, marks: number): State | undefined {
    this.at -= marks
    this.emit(kind)
    this.at += marks
    this.start = this.at
    return this.pop()
  }

  protected abstract top(): State | undefined
}

export function isBlank(rune: number): boolean {
  return rune === 0x20 || rune === 0x09
}

export function isNewLine(rune: number): boolean {
  return rune === 0x0a || rune === 0x0d
}

function isControl(rune: number): boolean {
  if (rune === 0x09 || isNewLine(rune)) return false
  return rune <= 0x1f || rune === 0x7f
}

export function isDigit(rune: number): boolean {
  return rune >= 0x30 && rune <= 0x39
}
