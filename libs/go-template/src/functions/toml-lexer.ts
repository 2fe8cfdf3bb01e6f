import { fromRune } from '../byte-string.ts'
import { quoteRune } from '../fmt/quote.ts'
import { END, isBlank, isDigit, isNewLine, type State } from './toml-reader.ts'
import { TomlScalars } from './toml-scalars.ts'

/** The lexer of BurntSushi/toml v1.6.0, state by state: where it stops decides what an error says. */
export class TomlLexer extends TomlScalars {
  protected override top(): State | undefined {
    const rune = this.read()
    if (isBlank(rune) || isNewLine(rune)) return this.ignored(() => this.top())
    if (rune === 0x23) return this.comment(() => this.top())
    if (rune === 0x5b) return this.table()
    if (rune === END && this.isAtEnd) {
      this.emit('end')
      return undefined
    }
    this.backUp(rune)
    this.stack.push(() => this.topEnd())
    return this.key()
  }

  protected topEnd(): State | undefined {
    this.take(isBlank)
    const rune = this.read()
    if (rune === 0x23) return this.comment(() => this.top())
    if (isNewLine(rune)) return this.ignored(() => this.top())
    if (rune === END) {
      this.emit('end')
      return undefined
    }
    return this.fail(
      `expected a top-level item to end with a newline, comment, or EOF, but got ${quoteRune(rune)} instead`,
    )
  }

  protected comment(after: State): State {
    this.start = this.at
    this.take((rune) => !isNewLine(rune) && rune !== END)
    return this.ignored(after)
  }

  protected table(): State {
    const isList = this.peek() === 0x5b
    if (isList) this.read()
    this.emit(isList ? 'table-list' : 'table')
    this.stack.push(isList ? () => this.tableListEnd() : () => this.tableEnd())
    return () => this.tableName()
  }

  protected tableEnd(): State {
    this.emit('table-end')
    return () => this.topEnd()
  }

  protected tableListEnd(): State {
    const rune = this.read()
    if (rune !== 0x5d)
      this.fail(
        `expected end of table array name delimiter ']', but got ${quoteRune(rune)} instead`,
      )
    this.emit('table-list-end')
    return () => this.topEnd()
  }

  protected tableName(): State | undefined {
    this.skip(isBlank)
    const rune = this.peek()
    if (rune === 0x5d || rune === END)
      this.fail('unexpected end of table name (table names cannot be empty)')
    if (rune === 0x2e) this.fail('unexpected table separator (table names cannot be empty)')
    this.stack.push(() => this.tableNameEnd())
    return this.name(rune)
  }

  protected tableNameEnd(): State | undefined {
    this.skip(isBlank)
    const rune = this.read()
    if (rune === 0x2e) return this.ignored(() => this.tableName())
    if (rune === 0x5d) return this.pop()
    return this.fail(`expected '.' or ']' to end table name, but got ${quoteRune(rune)} instead`)
  }

  protected name(first: number): State | undefined {
    if (first === 0x22 || first === 0x27) {
      this.read()
      return this.ignored(() => (first === 0x22 ? this.string() : this.raw()))
    }
    this.take(isBareKey)
    this.emit('text')
    return this.pop()
  }

  protected key(): State {
    this.skip(isBlank)
    const rune = this.peek()
    if (rune === 0x3d || rune === END) this.fail("unexpected '=': key name appears blank")
    if (rune === 0x2e) this.fail("unexpected '.': keys cannot start with a '.'")
    this.emit('key')
    return () => this.keyName()
  }

  protected keyName(): State | undefined {
    this.skip(isBlank)
    const rune = this.peek()
    if (rune === 0x3d || rune === END) this.fail("unexpected '='")
    if (rune === 0x2e) this.fail("unexpected '.'")
    this.stack.push(() => this.keyEnd())
    return this.name(rune)
  }

  protected keyEnd(): State {
    this.skip(isBlank)
    const rune = this.read()
    if (rune === END && this.isAtEnd) this.fail("unexpected EOF; expected key separator '='")
    if (rune === 0x2e) return this.ignored(() => this.keyName())
    if (rune === 0x3d) {
      this.emit('key-end')
      return this.ignored(() => this.value())
    }
    const problem = `expected '.' or '=', but got ${quoteRune(rune)} instead`
    return rune === 0x0a ? this.failOnLineBefore(problem) : this.fail(problem)
  }

  protected value(): State | undefined {
    this.skip(isBlank)
    const rune = this.read()
    if (isDigit(rune)) return this.digits(rune)
    switch (fromRune(rune)) {
      case '[':
        this.start = this.at
        this.emit('array')
        return () => this.arrayValue()
      case '{':
        this.start = this.at
        this.emit('inline')
        return () => this.inlineValue()
      case '"':
        return this.quoted(
          '"',
          () => this.string(),
          () => this.longString(),
        )
      case "'":
        return this.quoted(
          "'",
          () => this.raw(),
          () => this.longRaw(),
        )
      case '.':
        return this.fail("floats must start with a digit, not '.'")
      case 'i':
      case 'n':
        if ((this.accept('n') && this.accept('f')) || (this.accept('a') && this.accept('n')))
          return this.done('float')
        break
      case '-':
      case '+':
        return this.signed()
      default:
    }
    return this.word(rune)
  }

  protected arrayValue(): State | undefined {
    const rune = this.read()
    if (isBlank(rune) || isNewLine(rune)) return this.ignored(() => this.arrayValue())
    if (rune === 0x23) return this.comment(() => this.arrayValue())
    if (rune === 0x2c) this.fail('unexpected comma')
    if (rune === 0x5d) return this.done('array-end')
    this.backUp(rune)
    this.stack.push(() => this.arrayValueEnd())
    return this.value()
  }

  protected arrayValueEnd(): State | undefined {
    const rune = this.read()
    if (isBlank(rune) || isNewLine(rune)) return this.ignored(() => this.arrayValueEnd())
    if (rune === 0x23) return this.comment(() => this.arrayValueEnd())
    if (rune === 0x2c) return this.ignored(() => this.arrayValue())
    if (rune === 0x5d) return this.done('array-end')
    return this.fail(
      `expected a comma (',') or array terminator (']'), but got ${this.shown(rune)}`,
    )
  }

  protected inlineValue(): State | undefined {
    const rune = this.read()
    if (isBlank(rune) || isNewLine(rune)) return this.ignored(() => this.inlineValue())
    if (rune === 0x23) return this.comment(() => this.inlineValue())
    if (rune === 0x2c) this.fail('unexpected comma')
    if (rune === 0x7d) return this.done('inline-end')
    this.backUp(rune)
    this.stack.push(() => this.inlineValueEnd())
    return this.key()
  }

  protected inlineValueEnd(): State | undefined {
    const rune = this.read()
    if (isBlank(rune) || isNewLine(rune)) return this.ignored(() => this.inlineValueEnd())
    if (rune === 0x23) return this.comment(() => this.inlineValueEnd())
    if (rune === 0x2c) {
      this.skip(isBlank)
      return this.peek() === 0x7d ? () => this.inlineValueEnd() : () => this.inlineValue()
    }
    if (rune === 0x7d) return this.done('inline-end')
    return this.fail(
      `expected a comma or an inline table terminator '}', but got ${this.shown(rune)} instead`,
    )
  }

  protected shown(rune: number): string {
    return rune === END && this.isAtEnd ? 'end of file' : `'${fromRune(rune)}'`
  }
}

function isBareKey(rune: number): boolean {
  return /^[A-Za-z0-9_-]$/.test(String.fromCodePoint(rune))
}
