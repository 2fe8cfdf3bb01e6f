import { EnvsubstError, placeOf } from './envsubst-error.ts'
import type { Expression, Operator, Piece } from './expression.ts'
import { type Accept, Scanner, type ScanRule } from './scanner.ts'

const DEPTH_MAX = 100 // Expressions inside one another; upstream has no bound.

const IDENTIFIER: ScanRule = { accept: (character) => /[\p{L}\p{Nd}_]/u.test(character) }
const ANYTHING: ScanRule = { accept: () => true, opens: true, escapes: 'dollar' }
const WORD: ScanRule = { accept: not('}'), opens: true }
const OFFSET: ScanRule = { accept: not(':}'), opens: true }
const PATTERN: ScanRule = { accept: not('/'), opens: true, escapes: 'dollar-and-slash' }
const REPLACEMENT: ScanRule = { accept: not('}'), opens: true, escapes: 'dollar-and-slash' }
const COLONS: ScanRule = { accept: (character) => character === ':' }
const SLASHES: ScanRule = { accept: (character) => character === '/' }

function not(characters: string): Accept {
  return (character) => !characters.includes(character)
}

/**
 * A text as fluxcd/pkg/envsubst v1.7.0 reads it. `$name` stands for itself, `$$` for `$`. Throws EnvsubstError.
 */
export function parse(text: string): readonly Piece[] {
  const parser = new Parser(text)
  return parser.pieces()
}

class Parser {
  readonly #scanner: Scanner
  #depth = 0

  constructor(text: string) {
    this.#scanner = new Scanner(text)
  }

  pieces(): readonly Piece[] {
    const pieces: Piece[] = []
    while (this.#scanner.peek() !== '') {
      pieces.push(
        this.#scanner.isAtOpening(ANYTHING) ? this.#expression() : this.#scanner.word(ANYTHING),
      )
    }
    return pieces
  }

  #expression(): Expression {
    const scanner = this.#scanner
    const { offset } = scanner
    this.#depth += 1
    if (this.#depth > DEPTH_MAX) {
      const problem = `${DEPTH_MAX} expressions inside one another at ${placeOf(scanner.text, offset)}`
      throw new EnvsubstError('ENVSUBST_LIMIT', problem)
    }
    scanner.offset += 2
    const expression = scanner.take('#') ? this.#length(offset) : this.#operation(offset)
    this.#depth -= 1
    return expression
  }

  #error(problem: string): EnvsubstError {
    const { text, offset } = this.#scanner
    return new EnvsubstError('ENVSUBST_SYNTAX', `${problem} at ${placeOf(text, offset)}`, problem)
  }

  #length(offset: number): Expression {
    const variable = this.#scanner.word(IDENTIFIER)
    if (variable === '') throw this.#error('bad substitution')
    this.#close('bad substitution')
    return { variable, operator: 'length', args: [], offset }
  }

  #close(problem: string): void {
    if (!this.#scanner.take('}')) throw this.#error(problem)
  }

  #operation(offset: number): Expression {
    const variable = this.#scanner.word(IDENTIFIER)
    if (variable === '') throw this.#error('unable to parse variable name')
    const [operator, args] = this.#operator()
    return { variable, operator, args, offset }
  }

  #operator(): readonly [Operator, readonly Piece[]] {
    const scanner = this.#scanner
    switch (scanner.peek()) {
      case ':':
        return this.#defaultOrSubstring()
      case '=':
        scanner.offset += 1
        return ['default', this.#default()]
      case ',':
      case '^':
        return this.#casing()
      case '/':
        return this.#replace()
      case '#':
        return this.#remove(scanner.take('##') ? '##' : this.#short('#'))
      case '%':
        return this.#remove(scanner.take('%%') ? '%%' : this.#short('%'))
      default:
        this.#close('missing closing brace')
        return ['', []]
    }
  }

  #short(operator: '#' | '%'): '#' | '%' {
    this.#scanner.offset += 1
    return operator
  }

  /** All of `:=`, `:-`, `:?` and `:+` give a default: upstream knows no other meaning. */
  #defaultOrSubstring(): readonly [Operator, readonly Piece[]] {
    const scanner = this.#scanner
    scanner.offset += 1
    const next = scanner.peek()
    if (next !== '' && '=-?+'.includes(next)) {
      scanner.offset += 1
      return ['default', this.#default()]
    }
    // Upstream steps back by the width of this character, and loses its way if that is not one byte.
    if (next === '' || next.charCodeAt(0) > 0x7f) throw this.#error('bad substitution')
    return [':', this.#substring()]
  }

  #default(): readonly Piece[] {
    const args: Piece[] = []
    while (this.#scanner.peek() !== '}') args.push(this.#argument(WORD))
    this.#scanner.offset += 1
    return args
  }

  #argument(rule: ScanRule): Piece {
    if (this.#scanner.isAtOpening(rule)) return this.#expression()
    const before = this.#scanner.offset
    const word = this.#scanner.word(rule)
    if (this.#scanner.offset > before) return word
    throw this.#error('unable to parse substitution within function')
  }

  #substring(): readonly Piece[] {
    const offset = this.#argument(OFFSET)
    if (this.#scanner.take('}')) return [offset]
    if (this.#scanner.word(COLONS) === '') throw this.#error('bad substitution')
    const length = this.#argument(WORD)
    this.#close('bad substitution')
    return [offset, length]
  }

  #casing(): readonly [Operator, readonly Piece[]] {
    const scanner = this.#scanner
    const first = scanner.peek()
    scanner.offset += 1
    const second = scanner.peek()
    const isPair = second === ',' || second === '^'
    if (isPair) scanner.offset += 1
    this.#close('bad substitution')
    return [casingOf(first, isPair ? second : ''), []]
  }

  #remove(operator: Operator): readonly [Operator, readonly Piece[]] {
    const pattern = this.#argument(WORD)
    this.#close('bad substitution')
    return [operator, [pattern]]
  }

  #replace(): readonly [Operator, readonly Piece[]] {
    const scanner = this.#scanner
    scanner.offset += 1
    const operator = (['/', '#', '%'] as const).find((mark) => scanner.take(mark)) ?? ''
    const pattern = this.#argument(PATTERN)
    if (scanner.word(SLASHES) === '') throw this.#error('bad substitution')
    if (scanner.take('}')) return [`/${operator}`, [pattern]]
    const replacement = this.#argument(REPLACEMENT)
    this.#close('bad substitution')
    return [`/${operator}`, [pattern, replacement]]
  }
}

/** Upstream reads `,^` and `^,` as operators that it does not know: they change nothing. */
function casingOf(first: string, second: string): Operator {
  const known = (['^^', ',,', '^', ','] as const).find((each) => each === first + second)
  return known ?? ''
}
