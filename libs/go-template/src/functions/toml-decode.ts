import { FunctionError } from '../errors.ts'
import { quote, quoteRune } from '../fmt/quote.ts'
import { fromRune, runeAt } from '../byte-string.ts'
import { ANY_MAP, GoMap, GoSlice, SLICE_OF_MAPS, type Value } from '../values.ts'
import { parseTomlValue, type TomlSource } from './toml-value.ts'

/** `toml.Unmarshal` of BurntSushi/toml v1.6.0 into a map. Throws `FunctionError` with its text. */
export function decodeToml(text: string): GoMap {
  return new Decoder(text).run()
}

/** How a table came to be, which decides what may be added to it. */
type Origin = 'implicit' | 'header' | 'dotted' | 'inline'

const NESTING_MAX = 200

class Decoder implements TomlSource {
  readonly text: string
  at = 0
  #context: readonly string[] = []
  #key = ''
  #nesting = 0
  readonly #root = new GoMap()
  readonly #origins = new Map<GoMap, Origin>()

  constructor(text: string) {
    this.text = text.startsWith('\u00ef\u00bb\u00bf') ? text.slice(3) : text
  }

  run(): GoMap {
    let table = this.#root
    for (;;) {
      this.#blank()
      if (this.at >= this.text.length) return this.#root
      if (this.peek() === '[') table = this.#header()
      else this.#keyValue(table)
      this.#lineEnd()
    }
  }

  peek(): string {
    return this.text.charAt(this.at)
  }

  fail(problem: string, line?: number): never {
    const last = [...this.#context, ...(this.#key === '' ? [] : [this.#key])].join('.')
    const shown = last === '' ? '' : ` (last key ${quote(last)})`
    throw new FunctionError(`toml: line ${line ?? this.#line()}${shown}: ${problem}`)
  }

  /** The character that stands here, as Go quotes it. */
  shown(): string {
    return quoteRune(runeAt(this.text, this.at).rune)
  }

  nested<T>(read: () => T): T {
    this.#nesting += 1
    if (this.#nesting > NESTING_MAX) this.fail(`values nest deeper than ${NESTING_MAX}`)
    const value = read()
    this.#nesting -= 1
    return value
  }

  #line(): number {
    const before = this.text.slice(0, this.at)
    const line = before.split('\n').length
    return this.at >= this.text.length && before.endsWith('\n') ? line - 1 : line
  }

  spaces(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.at += 1
  }

  /** Spaces, line ends and comments. */
  blank(): void {
    this.#blank()
  }

  #blank(): void {
    for (;;) {
      while (/[ \t\r\n]/.test(this.peek())) this.at += 1
      if (this.peek() !== '#') return
      const end = this.text.indexOf('\n', this.at)
      this.at = end === -1 ? this.text.length : end
    }
  }

  #lineEnd(): void {
    this.spaces()
    const isEnd = this.at >= this.text.length || /[\r\n#]/.test(this.peek())
    if (!isEnd)
      this.fail(
        `expected a top-level item to end with a newline, comment, or EOF, but got ${this.shown()} instead`,
      )
    this.#key = ''
  }

  #header(): GoMap {
    this.at += 1
    const isList = this.peek() === '['
    if (isList) this.at += 1
    const keys = this.#headerKeys()
    if (isList) {
      if (this.peek() !== ']')
        this.fail(`expected end of table array name delimiter ']', but got ${this.shown()} instead`)
      this.at += 1
    }
    this.#context = keys
    return isList ? this.#listTable(keys) : this.#plainTable(keys)
  }

  #headerKeys(): string[] {
    const keys: string[] = []
    for (;;) {
      this.spaces()
      if (this.peek() === ']' || this.peek() === '')
        this.fail('unexpected end of table name (table names cannot be empty)')
      if (this.peek() === '.') this.fail('unexpected table separator (table names cannot be empty)')
      keys.push(this.#name())
      this.spaces()
      const end = this.peek()
      if (end !== '.' && end !== ']')
        this.fail(`expected '.' or ']' to end table name, but got ${this.shown()} instead`)
      this.at += 1
      if (end === ']') return keys
    }
  }

  #plainTable(keys: readonly string[]): GoMap {
    const parent = this.#descend(this.#root, keys.slice(0, -1), 'implicit')
    const last = keys.at(-1) ?? ''
    const known = parent.entries.get(last)
    if (known instanceof GoMap && this.#origins.get(known) === 'implicit') {
      this.#origins.set(known, 'header')
      return known
    }
    if (known !== undefined) this.fail(`Key '${keys.join('.')}' has already been defined.`)
    return this.#newTable(parent, last, 'header')
  }

  #listTable(keys: readonly string[]): GoMap {
    const parent = this.#descend(this.#root, keys.slice(0, -1), 'implicit')
    const last = keys.at(-1) ?? ''
    const known = parent.entries.get(last) ?? new GoSlice([], SLICE_OF_MAPS)
    if (!(known instanceof GoSlice) || known.type !== SLICE_OF_MAPS)
      this.fail(`Key '${keys.join('.')}' was already created and cannot be used as an array.`)
    const table = new GoMap(new Map(), ANY_MAP)
    known.items.push(table)
    parent.entries.set(last, known)
    this.#origins.set(table, 'header')
    return table
  }

  #newTable(parent: GoMap, key: string, origin: Origin): GoMap {
    const table = new GoMap(new Map(), ANY_MAP)
    this.#origins.set(table, origin)
    parent.entries.set(key, table)
    return table
  }

  /** The table below `from`; the last one of a list of tables. */
  #descend(from: GoMap, keys: readonly string[], origin: Origin): GoMap {
    let table = from
    for (const key of keys) {
      const known = table.entries.get(key)
      const below =
        known instanceof GoSlice && known.type === SLICE_OF_MAPS ? known.items.at(-1) : known
      if (below === undefined) table = this.#newTable(table, key, origin)
      else if (below instanceof GoMap && this.#origins.get(below) !== 'inline') table = below
      else this.fail(`Key '${keys.join('.')}' was already created as a hash.`)
    }
    return table
  }

  #keyValue(table: GoMap): void {
    const outer = this.#context
    const keys = this.#keys()
    const parents = keys.slice(0, -1)
    const last = keys.at(-1) ?? ''
    const target = this.#descend(table, parents, 'dotted')
    this.#context = [...outer, ...parents]
    this.#key = last
    const value = parseTomlValue(this, () => this.#inlineTable())
    if (target.entries.has(last))
      this.fail(`Key '${[...this.#context, last].join('.')}' has already been defined.`)
    target.entries.set(last, value)
    this.#context = outer
  }

  #keys(): string[] {
    const keys: string[] = []
    for (;;) {
      this.spaces()
      if (keys.length === 0 && this.peek() === '=')
        this.fail("unexpected '=': key name appears blank")
      if (keys.length === 0 && this.peek() === '.')
        this.fail("unexpected '.': keys cannot start with a '.'")
      if (keys.length > 0 && (this.peek() === '=' || this.peek() === ''))
        this.fail("unexpected '='")
      if (keys.length > 0 && this.peek() === '.') this.fail("unexpected '.'")
      keys.push(this.#name())
      this.spaces()
      const end = this.peek()
      if (end === '.' || end === '=') {
        this.at += 1
        if (end === '=') return keys
        continue
      }
      if (end === '') this.fail("unexpected EOF; expected key separator '='")
      const line = end === '\n' ? this.#line() : undefined
      this.fail(`expected '.' or '=', but got ${this.shown()} instead`, line)
    }
  }

  #name(): string {
    const mark = this.peek()
    if (mark === '"' || mark === "'") {
      const value = parseTomlValue(this, () => new GoMap())
      return typeof value === 'string' ? value : ''
    }
    const name = /^[A-Za-z0-9_-]*/.exec(this.text.slice(this.at, this.at + 1_000))?.[0] ?? ''
    this.at += name.length
    return name
  }

  #inlineTable(): Value {
    const outer = this.#context
    const outerKey = this.#key
    this.#context = outerKey === '' ? outer : [...outer, outerKey]
    const table = new GoMap(new Map(), ANY_MAP)
    this.at += 1
    this.#blank()
    if (this.peek() === ',') this.fail('unexpected comma')
    while (this.peek() !== '}') {
      this.#key = ''
      this.#keyValue(table)
      this.#blank()
      if (this.peek() === ',') {
        this.at += 1
        this.#blank()
      } else if (this.peek() !== '}') {
        const shown =
          this.at >= this.text.length
            ? 'end of file'
            : `'${fromRune(runeAt(this.text, this.at).rune)}'`
        this.fail(`expected a comma or an inline table terminator '}', but got ${shown} instead`)
      }
    }
    this.at += 1
    this.#context = outer
    this.#key = outerKey
    this.#origins.set(table, 'inline')
    return table
  }
}
