import { isBlankOrEnd, isBreak } from '../characters.ts'
import type { Flavour } from '../flavour.ts'
import { Cursor } from './cursor.ts'
import { scanAnchor } from './scan-anchor.ts'
import { scanBlockScalar } from './scan-block-scalar.ts'
import { scanDirective } from './scan-directive.ts'
import { isDocumentIndicator, scanPlainScalar } from './scan-plain-scalar.ts'
import { scanQuotedScalar } from './scan-quoted-scalar.ts'
import { scanTag } from './scan-tag.ts'
import type { Place, Token, TokenKind } from './token.ts'
import { TokenQueue } from './token-queue.ts'

/** A key without `?` stands on one line and is at most this long: libyaml's bound, in characters. */
const SIMPLE_KEY_LENGTH_MAX = 1024

/** A token that turns out to be a key when `:` follows. Each level of brackets has one at most. */
interface SimpleKey extends Place {
  readonly required: boolean
  readonly number: number
  readonly offset: number
  /** The token is held back until it is known whether it is a key. */
  awaited: boolean
}

/**
 * Text to tokens, as the scanner of libyaml in its Go form. Only as much is read as the parser needs, so that
 * what lies behind the first document stays unread when nobody asks for it.
 */
export class Scanner {
  readonly #cursor: Cursor
  /** v3 looks two tokens ahead for its comments, which decides which of two errors is met first. */
  readonly #lookahead: number
  readonly #indents: number[] = []
  readonly #keys: (SimpleKey | undefined)[] = [undefined]
  #keyCount = 0
  /** The token that each level was saved for last, or that opened it. */
  readonly #numbers: number[] = [0]
  readonly #queue = new TokenQueue()
  #indent = -1
  #flowLevel = 0
  #keyAllowed = true
  #ended = false

  /** `text` holds no NUL but four at its end. */
  constructor(text: string, flavour: Flavour) {
    this.#cursor = new Cursor(text, flavour)
    this.#lookahead = flavour === 'yaml2' ? 0 : 2
  }

  /** The next token, which stays. After the end of the stream it is the end of the stream. */
  peek(): Token {
    while (this.#needsMore()) this.#fetch()
    return this.#queue.head ?? this.#endToken()
  }

  /** Takes the token that `peek` gave. */
  skip(): void {
    this.#queue.skip()
  }

  #endToken(): Token {
    return this.#cursor.tokenAt('stream-end', this.#cursor.place())
  }

  /** The head of the queue can only be given when it is known not to be a key. */
  #needsMore(): boolean {
    if (!this.#ended && this.#queue.length <= this.#lookahead) return true
    return this.#keyCount > 0 && this.#isHeadKey() && !this.#ended
  }

  /** Keys of outer levels come first: the first one that there is decides. */
  #isHeadKey(): boolean {
    let level = 0
    while (this.#keys[level] === undefined) level += 1
    const key = this.#keys[level]
    if (key?.awaited !== true || key.number !== this.#queue.taken) return false
    return this.#validKey(level) !== undefined
  }

  // oxlint-disable-next-line complexity -- One line for each character that can start a token.
  #fetch(): void {
    const cursor = this.#cursor
    this.#skipToToken()
    this.#unroll(cursor.column)
    const code = cursor.peek()
    if (code === 0) return this.#fetchEnd()
    if (cursor.column === 0) {
      if (code === 0x25) return this.#fetchDirective()
      if (isDocumentIndicator(cursor)) {
        return this.#fetchDocumentIndicator(code === 0x2d ? 'document-start' : 'document-end')
      }
    }
    switch (code) {
      case 0x5b:
        return this.#fetchFlowStart('flow-sequence-start')
      case 0x7b:
        return this.#fetchFlowStart('flow-mapping-start')
      case 0x5d:
        return this.#fetchFlowEnd('flow-sequence-end')
      case 0x7d:
        return this.#fetchFlowEnd('flow-mapping-end')
      case 0x2c:
        return this.#fetchFlowEntry()
      case 0x2a:
        return this.#fetchAnchor('alias')
      case 0x26:
        return this.#fetchAnchor('anchor')
      case 0x21:
        this.#saveKey()
        this.#keyAllowed = false
        return this.#queue.push(scanTag(cursor))
      case 0x27:
        return this.#fetchQuoted('single-quoted')
      case 0x22:
        return this.#fetchQuoted('double-quoted')
      case 0x7c:
      case 0x3e:
        if (this.#flowLevel === 0)
          return this.#fetchBlockScalar(code === 0x7c ? 'literal' : 'folded')
        break
      case 0x2d:
        if (isBlankOrEnd(cursor.peek(1))) return this.#fetchBlockEntry()
        return this.#fetchPlain()
      case 0x3f:
      case 0x3a:
        if (this.#flowLevel === 0 && !isBlankOrEnd(cursor.peek(1))) return this.#fetchPlain()
        return code === 0x3f ? this.#fetchKey() : this.#fetchValue()
      case 0x09:
      case 0x23:
      case 0x25:
      case 0x40:
      case 0x60:
        break
      default:
        return this.#fetchPlain()
    }
    throw cursor.error('found character that cannot start any token', cursor.place())
  }

  /** Steps over blanks, comments and breaks. A tab indents nothing where a key could stand. */
  #skipToToken(): void {
    const cursor = this.#cursor
    for (;;) {
      for (;;) {
        const code = cursor.peek()
        const isSpace =
          code === 0x20 || (code === 0x09 && (this.#flowLevel > 0 || !this.#keyAllowed))
        if (!isSpace) break
        cursor.offset += 1
      }
      cursor.skipComment()
      if (!isBreak(cursor.peek())) return
      cursor.readBreak()
      if (this.#flowLevel === 0) this.#keyAllowed = true
    }
  }

  /** The key of a level if `:` could still follow it here. */
  #validKey(level: number): SimpleKey | undefined {
    const key = this.#keys[level]
    if (key === undefined) return undefined
    const cursor = this.#cursor
    if (key.line === cursor.line && cursor.isWithin(SIMPLE_KEY_LENGTH_MAX, key.offset)) return key
    if (key.required) throw cursor.error("could not find expected ':'", key)
    this.#forgetKey(level)
    return undefined
  }

  #forgetKey(level: number): void {
    this.#keys[level] = undefined
    this.#keyCount -= 1
  }

  /** What comes next can be a key, if keys can stand here. */
  #saveKey(): void {
    if (!this.#keyAllowed) return
    const cursor = this.#cursor
    this.#removeKey()
    const { line, column, offset } = cursor
    const required = this.#flowLevel === 0 && this.#indent === column
    const number = this.#queue.nextNumber
    this.#keys[this.#flowLevel] = { line, column, offset, required, number, awaited: true }
    this.#keyCount += 1
    this.#numbers[this.#flowLevel] = number
  }

  #removeKey(): void {
    const key = this.#keys[this.#flowLevel]
    if (key === undefined) return
    if (key.required) throw this.#cursor.error("could not find expected ':'", key)
    this.#forgetKey(this.#flowLevel)
  }

  /** Opens a block if `place` is indented deeper than the one around it. */
  #roll(kind: TokenKind, place: Place, number?: number): void {
    if (this.#flowLevel > 0 || this.#indent >= place.column) return
    this.#indents.push(this.#indent)
    this.#indent = place.column
    const token = this.#cursor.tokenAt(kind, place)
    if (number === undefined) this.#queue.push(token)
    else this.#queue.insert(number, token)
  }

  /** Closes the blocks that are indented deeper than `column`. */
  #unroll(column: number): void {
    if (this.#flowLevel > 0) return
    while (this.#indent > column) {
      this.#queue.push(this.#cursor.tokenAt('block-end', this.#cursor.place()))
      this.#indent = this.#indents.pop() ?? -1
    }
  }

  #pushIndicator(kind: TokenKind, length: number): void {
    this.#queue.push(this.#cursor.indicator(kind, length))
  }

  #endBlocks(): void {
    this.#unroll(-1)
    this.#removeKey()
    this.#keyAllowed = false
  }

  #fetchEnd(): void {
    const cursor = this.#cursor
    if (cursor.column !== 0) {
      cursor.line += 1
      cursor.lineStart = cursor.offset
    }
    this.#endBlocks()
    this.#queue.push(this.#endToken())
    this.#ended = true
  }

  #fetchDirective(): void {
    this.#endBlocks()
    this.#queue.push(scanDirective(this.#cursor))
  }

  #fetchDocumentIndicator(kind: TokenKind): void {
    this.#endBlocks()
    this.#pushIndicator(kind, 3)
  }

  #fetchFlowStart(kind: TokenKind): void {
    this.#saveKey()
    this.#flowLevel += 1
    this.#keys[this.#flowLevel] = undefined
    this.#numbers[this.#flowLevel] = this.#queue.nextNumber
    this.#keyAllowed = true
    this.#pushIndicator(kind, 1)
  }

  #fetchFlowEnd(kind: TokenKind): void {
    this.#removeKey()
    if (this.#flowLevel > 0) {
      this.#keys.pop()
      this.#flowLevel -= 1
      // As in Go, where brackets without anything in them forget that they could be a key themselves.
      const number = this.#numbers.pop()
      for (const key of this.#keys)
        if (key !== undefined && key.number === number) key.awaited = false
    }
    this.#keyAllowed = false
    this.#pushIndicator(kind, 1)
  }

  #fetchFlowEntry(): void {
    this.#removeKey()
    this.#keyAllowed = true
    this.#pushIndicator('flow-entry', 1)
  }

  #fetchBlockEntry(): void {
    if (this.#flowLevel === 0) {
      this.#assertKeyAllowed('block sequence entries are not allowed in this context')
      this.#roll('block-sequence-start', this.#cursor.place())
    }
    this.#removeKey()
    this.#keyAllowed = true
    this.#pushIndicator('block-entry', 1)
  }

  #assertKeyAllowed(problem: string): void {
    if (!this.#keyAllowed) throw this.#cursor.error(problem, this.#cursor.place())
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      this.#assertKeyAllowed('mapping keys are not allowed in this context')
      this.#roll('block-mapping-start', this.#cursor.place())
    }
    this.#removeKey()
    this.#keyAllowed = this.#flowLevel === 0
    this.#pushIndicator('key', 1)
  }

  #fetchValue(): void {
    const key = this.#validKey(this.#flowLevel)
    if (key !== undefined) {
      this.#queue.insert(key.number, this.#cursor.tokenAt('key', key))
      this.#roll('block-mapping-start', key, key.number)
      this.#forgetKey(this.#flowLevel)
      this.#keyAllowed = false
    } else {
      if (this.#flowLevel === 0) {
        this.#assertKeyAllowed('mapping values are not allowed in this context')
        this.#roll('block-mapping-start', this.#cursor.place())
      }
      this.#keyAllowed = this.#flowLevel === 0
    }
    this.#pushIndicator('value', 1)
  }

  #fetchAnchor(kind: 'alias' | 'anchor'): void {
    this.#saveKey()
    this.#keyAllowed = false
    this.#queue.push(scanAnchor(this.#cursor, kind))
  }

  #fetchBlockScalar(style: 'literal' | 'folded'): void {
    this.#removeKey()
    this.#keyAllowed = true
    this.#queue.push(scanBlockScalar(this.#cursor, style, this.#indent))
  }

  #fetchQuoted(style: 'single-quoted' | 'double-quoted'): void {
    this.#saveKey()
    this.#keyAllowed = false
    this.#queue.push(scanQuotedScalar(this.#cursor, style))
  }

  #fetchPlain(): void {
    this.#saveKey()
    this.#keyAllowed = false
    const inFlow = this.#flowLevel > 0
    this.#queue.push(scanPlainScalar(this.#cursor, { parentIndent: this.#indent, inFlow }))
    if (this.#cursor.endedByBreak) this.#keyAllowed = true
  }
}
