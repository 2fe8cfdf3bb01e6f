import { LimitError, TemplateError } from '../errors.ts'
import { Lexer } from './lex.ts'
import { type TemplateSource } from './nodes.ts'
import { describeToken, type Token, type TokenKind } from './tokens.ts'

/**
 * How deep parentheses and blocks nest. Go allows 10,000 parentheses and endless blocks, on a stack that
 * grows; ours does not, and no chart of the corpus comes near.
 */
const NESTING_MAX = 500

/** What one parse shares between the trees that it finds: the text and its lexer. */
export class ParseInput {
  readonly source: TemplateSource
  readonly lexer: Lexer
  readonly hasFunction: (name: string) => boolean
  #nesting = 0

  constructor(source: TemplateSource, hasFunction: (name: string) => boolean) {
    this.source = source
    this.lexer = new Lexer(source.text)
    this.hasFunction = hasFunction
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T, line: number): T {
    this.#nesting += 1
    if (this.#nesting > NESTING_MAX)
      throw new LimitError('TEMPLATE_DEPTH', `${NESTING_MAX} nested blocks exceeded`).locate({
        template: this.source.name,
        line,
      })
    const result = parse()
    this.#nesting -= 1
    return result
  }
}

/** Three tokens of look-ahead over a lexer, and the errors that name the current line. */
export class TokenStream {
  readonly input: ParseInput
  /** The line of the action that is being read; 0 outside. */
  actionLine = 0
  readonly #ahead: Token[] = []
  #last: Token = { kind: 'eof', at: 0, text: '', line: 0 }

  constructor(input: ParseInput) {
    this.input = input
  }

  next(): Token {
    return this.#ahead.pop() ?? this.#read()
  }

  peek(): Token {
    const token = this.next()
    this.#ahead.push(token)
    return token
  }

  /** Puts tokens back; the first argument comes out first. */
  back(...tokens: readonly Token[]): void {
    this.#ahead.push(...tokens.toReversed())
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next()
      if (token.kind !== 'space') return token
    }
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.#ahead.push(token)
    return token
  }

  expect(kinds: readonly TokenKind[], context: string): Token {
    const token = this.nextNonSpace()
    return kinds.includes(token.kind) ? token : this.unexpected(token, context)
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${describeToken(token)} in ${context}`)
    let extra = ''
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      const word = token.text.endsWith(' action') ? '' : ' in action'
      extra = `${word} started at ${this.input.source.name}:${this.actionLine}`
    }
    this.fail(token.text + extra)
  }

  fail(problem: string): never {
    const template = this.input.source.name
    const { line } = this.#last
    throw new TemplateError('parse', `template: ${template}:${line}: ${problem}`, {
      position: { template, line },
    })
  }

  /** The line of the token that was read last from the lexer. */
  get line(): number {
    return this.#last.line
  }

  #read(): Token {
    this.#last = this.input.lexer.next()
    return this.#last
  }
}
