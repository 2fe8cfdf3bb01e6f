import { runeAt } from '../byte-string.ts'
import { isPrint, quote } from '../fmt/quote.ts'
import { describeRune, EOF, isAlphaNumeric, isDigit, isSpace } from './characters.ts'
import { KEYWORDS, type Token, type TokenKind } from './tokens.ts'

const LEFT = '{{'
const RIGHT = '}}'
const LEFT_COMMENT = '/*'
const RIGHT_COMMENT = '*/'
/** The minus and the space beside it. */
const TRIM_LENGTH = 2

/** Splits a template into tokens, as Go 1.26 text/template/parse does. Positions are bytes. */
export class Lexer {
  #input: string
  #at = 0
  #start = 0
  #line = 1
  #startLine = 1
  #parenDepth = 0
  #isInAction = false

  constructor(input: string) {
    this.#input = input
  }

  next(): Token {
    return this.#isInAction ? this.#insideAction() : this.#text()
  }

  #text(): Token {
    for (;;) {
      const found = this.#input.indexOf(LEFT, this.#at)
      if (found === -1) return this.#rest()
      if (found > this.#at) {
        const text = this.#textBefore(found)
        if (text !== undefined) return text
      }
      const delimiter = this.#leftDelimiter()
      if (delimiter !== undefined) return delimiter
    }
  }

  #rest(): Token {
    this.#at = this.#input.length
    if (this.#at === this.#start) return this.#token('eof')
    this.#countLines(this.#start, this.#at)
    return this.#token('text')
  }

  #textBefore(found: number): Token | undefined {
    let end = found
    if (hasLeftTrim(this.#input, found + LEFT.length))
      while (end > this.#start && isSpace(this.#input.charCodeAt(end - 1))) end -= 1
    this.#at = end
    this.#countLines(this.#start, end)
    const token = this.#token('text')
    this.#at = found
    this.#ignore()
    return token.text === '' ? undefined : token
  }

  /** The token of `{{`, or nothing after a comment was skipped. */
  #leftDelimiter(): Token | undefined {
    this.#at += LEFT.length
    const marker = hasLeftTrim(this.#input, this.#at) ? TRIM_LENGTH : 0
    if (this.#input.startsWith(LEFT_COMMENT, this.#at + marker)) {
      this.#at += marker
      this.#ignore()
      return this.#comment()
    }
    const token = this.#token('leftDelim')
    this.#isInAction = true
    this.#at += marker
    this.#ignore()
    this.#parenDepth = 0
    return token
  }

  #comment(): Token | undefined {
    const end = this.#input.indexOf(RIGHT_COMMENT, this.#at + LEFT_COMMENT.length)
    if (end === -1) return this.#error('unclosed comment')
    this.#at = end + RIGHT_COMMENT.length
    const delimiter = this.#rightDelimiterHere()
    if (delimiter === 'none') return this.#error('comment ends before closing delimiter')
    this.#countLines(this.#start, this.#at)
    this.#start = this.#at
    if (delimiter === 'trim') this.#at += TRIM_LENGTH
    this.#at += RIGHT.length
    if (delimiter === 'trim') this.#skipSpaces()
    this.#ignore()
    return undefined
  }

  #rightDelimiterHere(): 'none' | 'plain' | 'trim' {
    const isTrimmed =
      isSpace(this.#input.charCodeAt(this.#at)) && this.#input.startsWith('-}}', this.#at + 1)
    if (isTrimmed) return 'trim'
    return this.#input.startsWith(RIGHT, this.#at) ? 'plain' : 'none'
  }

  #rightDelimiter(isTrimmed: boolean): Token {
    if (isTrimmed) {
      this.#at += TRIM_LENGTH
      this.#ignore()
    }
    this.#at += RIGHT.length
    const token = this.#token('rightDelim')
    if (isTrimmed) {
      this.#skipSpaces()
      this.#ignore()
    }
    this.#isInAction = false
    return token
  }

  #insideAction(): Token {
    const delimiter = this.#rightDelimiterHere()
    if (delimiter !== 'none')
      return this.#parenDepth === 0
        ? this.#rightDelimiter(delimiter === 'trim')
        : this.#error('unclosed left paren')
    const rune = this.#nextRune()
    if (rune === EOF) return this.#error('unclosed action')
    if (isSpace(rune)) {
      this.#at -= 1
      if (rune === 10) this.#line -= 1
      return this.#space()
    }
    return this.#punctuation(rune) ?? this.#word(rune)
  }

  #punctuation(rune: number): Token | undefined {
    switch (String.fromCodePoint(rune)) {
      case '=':
        return this.#token('assign')
      case ':':
        return this.#nextRune() === 61 ? this.#token('declare') : this.#error('expected :=')
      case '|':
        return this.#token('pipe')
      case '"':
        return this.#quoted('"', 'string', 'unterminated quoted string')
      case "'":
        return this.#quoted("'", 'charConstant', 'unterminated character constant')
      case '`':
        return this.#rawString()
      case '$':
        return this.#isAtTerminator() ? this.#token('variable') : this.#fieldOrVariable('variable')
      case '(':
        this.#parenDepth += 1
        return this.#token('leftParen')
      case ')':
        this.#parenDepth -= 1
        return this.#parenDepth < 0
          ? this.#error('unexpected right paren')
          : this.#token('rightParen')
      default:
        return undefined
    }
  }

  #word(rune: number): Token {
    if (rune === 46 && this.#at < this.#input.length && !isDigit(this.#input.charCodeAt(this.#at)))
      return this.#fieldOrVariable('field')
    if (rune === 46 || rune === 43 || rune === 45 || isDigit(rune)) {
      this.#at -= 1
      return this.#number()
    }
    if (isAlphaNumeric(rune)) return this.#identifier()
    if (rune < 0x80 && isPrint(rune)) return this.#token('char')
    return this.#error(`unrecognized character in action: ${describeRune(rune)}`)
  }

  #space(): Token {
    let count = 0
    while (isSpace(this.#peekRune())) {
      this.#nextRune()
      count += 1
    }
    const isTrim = this.#input.startsWith('-}}', this.#at)
    if (isTrim) {
      this.#at -= 1
      if (this.#input.charAt(this.#at) === '\n') this.#line -= 1
      if (count === 1) return this.#rightDelimiter(true)
    }
    return this.#token('space')
  }

  #identifier(): Token {
    this.#skipAlphaNumeric()
    const word = this.#input.slice(this.#start, this.#at)
    if (!this.#isAtTerminator()) return this.#badCharacter()
    const keyword = KEYWORDS.get(word)
    if (keyword !== undefined) return this.#token(keyword)
    return this.#token(word === 'true' || word === 'false' ? 'bool' : 'identifier')
  }

  #fieldOrVariable(kind: 'field' | 'variable'): Token {
    if (this.#isAtTerminator()) return this.#token(kind === 'variable' ? 'variable' : 'dot')
    this.#skipAlphaNumeric()
    return this.#isAtTerminator() ? this.#token(kind) : this.#badCharacter()
  }

  #skipAlphaNumeric(): void {
    while (isAlphaNumeric(this.#peekRune())) this.#nextRune()
  }

  #badCharacter(): Token {
    return this.#error(`bad character ${describeRune(this.#peekRune())}`)
  }

  #isAtTerminator(): boolean {
    const rune = this.#peekRune()
    if (rune === EOF || isSpace(rune) || '.,|:)('.includes(String.fromCodePoint(rune))) return true
    return this.#input.startsWith(RIGHT, this.#at)
  }

  #quoted(mark: string, kind: TokenKind, problem: string): Token {
    for (;;) {
      let rune = this.#nextRune()
      if (rune === 92) {
        rune = this.#nextRune()
        if (rune !== EOF && rune !== 10) continue
      }
      if (rune === EOF || rune === 10) return this.#error(problem)
      if (rune === mark.charCodeAt(0)) return this.#token(kind)
    }
  }

  #rawString(): Token {
    const end = this.#input.indexOf('`', this.#at)
    if (end === -1) return this.#error('unterminated raw quoted string')
    this.#countLines(this.#at, end)
    this.#at = end + 1
    return this.#token('rawString')
  }

  #number(): Token {
    const bad = (): Token =>
      this.#error(`bad number syntax: ${quote(this.#input.slice(this.#start, this.#at))}`)
    if (!this.#scanNumber()) return bad()
    const sign = this.#input.charAt(this.#at)
    if (sign !== '+' && sign !== '-') return this.#token('number')
    if (!this.#scanNumber() || this.#input.charAt(this.#at - 1) !== 'i') return bad()
    return this.#token('complex')
  }

  #scanNumber(): boolean {
    this.#accept(/[+-]/)
    let digits = /[0-9_]/
    if (this.#accept(/0/)) {
      if (this.#accept(/[xX]/)) digits = /[0-9a-fA-F_]/
      else if (this.#accept(/[oO]/)) digits = /[0-7_]/
      else if (this.#accept(/[bB]/)) digits = /[01_]/
    }
    this.#acceptRun(digits)
    if (this.#accept(/\./)) this.#acceptRun(digits)
    const exponent = digits.source === '[0-9_]' ? /[eE]/ : /[pP]/
    const hasExponent = digits.source === '[0-9_]' || digits.source === '[0-9a-fA-F_]'
    if (hasExponent && this.#accept(exponent)) {
      this.#accept(/[+-]/)
      this.#acceptRun(/[0-9_]/)
    }
    this.#accept(/i/)
    if (!isAlphaNumeric(this.#peekRune())) return true
    this.#nextRune()
    return false
  }

  #accept(valid: RegExp): boolean {
    const isValid = valid.test(this.#input.charAt(this.#at))
    if (isValid) this.#at += 1
    return isValid
  }

  #acceptRun(valid: RegExp): void {
    while (this.#accept(valid));
  }

  #nextRune(): number {
    if (this.#at >= this.#input.length) return EOF
    const { rune, width } = runeAt(this.#input, this.#at)
    this.#at += width
    if (rune === 10) this.#line += 1
    return rune
  }

  #peekRune(): number {
    return this.#at >= this.#input.length ? EOF : runeAt(this.#input, this.#at).rune
  }

  #skipSpaces(): void {
    while (isSpace(this.#input.charCodeAt(this.#at))) this.#at += 1
  }

  #countLines(from: number, to: number): void {
    for (
      let at = this.#input.indexOf('\n', from);
      at !== -1 && at < to;
      at = this.#input.indexOf('\n', at + 1)
    )
      this.#line += 1
  }

  #ignore(): void {
    this.#countLines(this.#start, this.#at)
    this.#start = this.#at
    this.#startLine = this.#line
  }

  #token(kind: TokenKind): Token {
    const text = kind === 'eof' ? 'EOF' : this.#input.slice(this.#start, this.#at)
    const token = { kind, at: this.#start, text, line: this.#startLine }
    this.#start = this.#at
    this.#startLine = this.#line
    return token
  }

  #error(text: string): Token {
    const token: Token = { kind: 'error', at: this.#start, text, line: this.#startLine }
    this.#input = ''
    this.#at = 0
    this.#start = 0
    return token
  }
}

function hasLeftTrim(input: string, at: number): boolean {
  return input.charAt(at) === '-' && isSpace(input.charCodeAt(at + 1))
}
