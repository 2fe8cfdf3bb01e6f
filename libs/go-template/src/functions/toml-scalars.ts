import { fromRune } from '../byte-string.ts'
import { quote, quoteRune } from '../fmt/quote.ts'
import { END, isDigit, isNewLine, type State, TomlProblem, TomlReader } from './toml-reader.ts'

const MARKS: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16 }
const NUMBERS: Readonly<Record<number, readonly [string, RegExp]>> = {
  2: ['a binary', /[01]/],
  8: ['an octal', /[0-7]/],
  16: ['a hexadecimal', /[0-9a-fA-F]/],
}
const SIMPLE_ESCAPES = 'ebtnfr" \t\\'
const HEX_ESCAPES: Readonly<Record<string, readonly [number, string]>> = {
  x: [2, 'two'],
  u: [4, 'four'],
  U: [8, 'eight'],
}

/** How texts, numbers, times and words are read. */
export abstract class TomlScalars extends TomlReader {
  #hasEscape = false

  protected quoted(mark: string, short: State, long: State): State {
    if (this.accept(mark)) {
      if (this.accept(mark)) return this.ignored(long)
      this.at -= 1
    }
    return this.ignored(short)
  }

  protected word(rune: number): State | undefined {
    if (isLetter(rune)) {
      this.backUp(rune)
      const start = this.at
      this.take(isLetter)
      const word = this.text.slice(start, this.at)
      if (word === 'true' || word === 'false') return this.done('bool')
      this.fail(`expected value but found ${quote(word)} instead`)
    }
    if (rune === END && this.isAtEnd) this.fail('unexpected EOF; expected value')
    const problem = `expected value but found ${quoteRune(rune)} instead`
    return rune === 0x0a ? this.failOnLineBefore(problem) : this.fail(problem)
  }

  protected string(): State | undefined {
    for (;;) {
      const rune = this.read()
      if (rune === END) this.fail(`unexpected EOF; expected '"'`)
      if (isNewLine(rune)) this.failOnLineBefore('strings cannot contain newlines')
      if (rune === 0x5c) this.escape()
      else if (rune === 0x22) {
        const kind = this.#hasEscape ? 'escaped' : 'string'
        this.#hasEscape = false
        return this.closed(kind, 1)
      }
    }
  }

  protected longString(): State | undefined {
    for (;;) {
      const rune = this.read()
      if (rune === END) this.fail(`unexpected EOF; expected '"""'`)
      if (rune === 0x5c) {
        const next = this.read()
        if (isNewLine(next)) continue
        this.backUp(next)
        this.escape()
      } else if (rune === 0x22 && this.isClosing('"')) {
        this.#hasEscape = false
        return this.closed('long-string', 3)
      }
    }
  }

  /** Whether two more marks follow, and not a third: up to two may end the text. */
  protected isClosing(mark: '"' | "'"): boolean {
    if (!this.accept(mark)) return false
    if (!this.accept(mark)) {
      this.at -= 1
      return false
    }
    if (this.peek() !== mark.charCodeAt(0)) return true
    const current = this.current()
    const isTooMany =
      current.endsWith(mark.repeat(5)) && !(mark === '"' && current.endsWith(String.raw`\"""""`))
    if (isTooMany) this.fail(mark === '"' ? `unexpected '""""""'` : `unexpected "''''''"`)
    this.at -= 2
    return false
  }

  protected raw(): State | undefined {
    for (;;) {
      const rune = this.read()
      if (rune === END) this.fail(`unexpected EOF; expected "'"`)
      if (isNewLine(rune)) this.failOnLineBefore('strings cannot contain newlines')
      if (rune === 0x27) return this.closed('raw', 1)
    }
  }

  protected longRaw(): State | undefined {
    for (;;) {
      const rune = this.read()
      if (rune === END) this.fail(`unexpected EOF; expected "'''"`)
      if (rune === 0x27 && this.isClosing("'")) return this.closed('long-raw', 3)
    }
  }

  protected escape(): void {
    this.#hasEscape = true
    const rune = this.read()
    const letter = fromRune(rune)
    if (!this.isAtEnd && SIMPLE_ESCAPES.includes(letter)) return
    const digits = HEX_ESCAPES[letter]
    if (digits === undefined) {
      const problem = `invalid escape in string '\\${letter}'`
      if (this.isAtEnd) this.failOnLineBefore(problem)
      throw new TomlProblem(problem, this.line())
    }
    for (let count = 0; count < digits[0]; count++)
      if (!/^[0-9a-fA-F]$/.test(fromRune(this.read())))
        this.fail(
          `expected ${digits[1]} hexadecimal digits after '\\${letter}', but got ${quote(this.current())} instead`,
        )
  }

  protected digits(first: number): State | undefined {
    if (first !== 0x30) return this.numberOrTime()
    const rune = this.read()
    const base = MARKS[fromRune(rune)]
    if (isDigit(rune)) return this.numberOrTime()
    if (rune === 0x5f) return this.decimal()
    if (isFraction(rune)) return this.float()
    if (base !== undefined) return this.basedInteger(base)
    this.backUp(rune)
    return this.done('integer')
  }

  protected basedInteger(base: number): State | undefined {
    const [name, pattern] = NUMBERS[base] ?? ['', /$/]
    const isOne = (rune: number): boolean => pattern.test(fromRune(rune))
    const next = this.peek()
    if (!isOne(next)) this.fail(`not ${name} number: '${this.current()}${fromRune(next)}'`)
    this.take((rune) => isOne(rune) || rune === 0x5f)
    return this.done('integer')
  }

  protected numberOrTime(): State | undefined {
    this.take(isDigit)
    const rune = this.read()
    if (rune === 0x2d || rune === 0x3a) return this.time()
    if (rune === 0x5f) return this.decimal()
    if (isFraction(rune)) return this.float()
    this.backUp(rune)
    return this.done('integer')
  }

  protected time(): State | undefined {
    this.take((rune) => isDigit(rune) || '-:Tt .Zz+'.includes(fromRune(rune)))
    const end = this.at
    this.emit('time')
    this.start = end
    return this.pop()
  }

  protected decimal(): State | undefined {
    this.take((rune) => isDigit(rune) || rune === 0x5f)
    const rune = this.read()
    if (isFraction(rune)) return this.float()
    this.backUp(rune)
    return this.done('integer')
  }

  protected float(): State | undefined {
    this.take((rune) => isDigit(rune) || '_.-+eE'.includes(fromRune(rune)))
    return this.done('float')
  }

  protected signed(): State | undefined {
    const rune = this.read()
    const letter = fromRune(rune)
    if (letter === 'i' || letter === 'n') {
      const rest = letter === 'i' ? 'nf' : 'an'
      if (!this.accept(rest.charAt(0)) || !this.accept(rest.charAt(1)))
        this.fail(`invalid float: '${this.current()}'`)
      return this.done('float')
    }
    if (letter === '0' && MARKS[fromRune(this.peek())] !== undefined)
      this.fail(
        `cannot use sign with non-decimal numbers: '${this.current()}${fromRune(this.peek())}'`,
      )
    if (letter === '.') this.fail("floats must start with a digit, not '.'")
    if (isDigit(rune)) return this.decimal()
    return this.fail(`expected a digit but got ${quoteRune(rune)}`)
  }
}

function isFraction(rune: number): boolean {
  return rune === 0x2e || rune === 0x65 || rune === 0x45
}

function isLetter(rune: number): boolean {
  return /^\p{L}$/u.test(String.fromCodePoint(rune))
}
