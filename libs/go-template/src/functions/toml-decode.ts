import { FunctionError } from '../errors.ts'
import { quote } from '../fmt/quote.ts'
import { ANY_MAP, GoMap, GoSlice, SLICE_OF_MAPS, type Value } from '../values.ts'
import { TomlLexer } from './toml-lexer.ts'
import { type TomlItem, TomlProblem } from './toml-reader.ts'
import { tomlKey, tomlScalar, tomlText } from './toml-value.ts'

/** `toml.Unmarshal` of BurntSushi/toml v1.6.0 into a map. Throws `FunctionError` with its text. */
export function decodeToml(text: string): GoMap {
  const plain = text.replace(/^(?:\u00ff\u00fe|\u00fe\u00ff|\u00ef\u00bb\u00bf)/, '')
  if (plain.slice(0, 6).includes('\0'))
    throw new FunctionError(
      'toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8',
    )
  return new Decoder(plain).run()
}

const NESTING_MAX = 200

/** The parser, with the state that its messages show: the table that it is in, and the key. */
class Decoder {
  readonly #lexer: TomlLexer
  readonly #root = new GoMap()
  #context: readonly string[] = []
  #key = ''
  /** Where the last key began. */
  #keyLine = 1
  #nesting = 0
  /** Tables that came to be on the way to others may be defined later. */
  readonly #implicit = new Set<string>()
  readonly #lists = new Set<string>()

  constructor(text: string) {
    this.#lexer = new TomlLexer(text)
  }

  run(): GoMap {
    try {
      for (let item = this.#lexer.next(); item.kind !== 'end'; item = this.#lexer.next())
        this.#top(item)
      return this.#root
    } catch (error) {
      if (!(error instanceof TomlProblem)) throw error
      throw this.#located(error)
    }
  }

  #located({ message, line }: TomlProblem): FunctionError {
    const last =
      this.#context.length === 0
        ? this.#key
        : tomlKey(this.#context) + (this.#key === '' ? '' : `.${this.#key}`)
    const shown = last === '' ? '' : ` (last key ${quote(last)})`
    return new FunctionError(`toml: line ${line}${shown}: ${message}`)
  }

  #fail(problem: string): never {
    throw new TomlProblem(problem, this.#keyLine)
  }

  #top(item: TomlItem): void {
    if (item.kind === 'key') {
      const outer = this.#context
      this.#keyValue()
      this.#context = outer
      this.#key = ''
      return
    }
    const isList = item.kind === 'table-list'
    const names = this.#names(isList ? 'table-list-end' : 'table-end')
    this.#enter(names, isList)
    this.#lists.delete(tomlKey(this.#context))
  }

  #names(end: 'table-end' | 'table-list-end' | 'key-end'): readonly string[] {
    const names: string[] = []
    let item = this.#lexer.next()
    this.#keyLine = item.line
    for (; item.kind !== end; item = this.#lexer.next()) names.push(tomlText(item) ?? '')
    return names
  }

  /** Reads a key and its value, and sets it; gives both. */
  #keyValue(): { readonly names: readonly string[]; readonly value: Value } {
    const names = this.#names('key-end')
    this.#key = names.at(-1) ?? ''
    for (const name of names.slice(0, -1)) {
      const table = [...this.#context, name]
      this.#implicit.add(tomlKey(table))
      this.#enter(table, false)
    }
    const value = this.#value(this.#lexer.next(), false)
    this.#set(this.#key, value)
    const path = tomlKey([...this.#context, ...(this.#key === '' ? [] : [this.#key])])
    if (value instanceof GoSlice) this.#lists.add(path)
    else this.#lists.delete(path)
    return { names, value }
  }

  #value(item: TomlItem, isInList: boolean): Value {
    if (item.kind === 'array') return this.#nested(() => this.#list())
    if (item.kind === 'inline') return this.#nested(() => this.#inlineTable(isInList))
    return tomlText(item) ?? tomlScalar(item)
  }

  #nested(read: () => Value): Value {
    this.#nesting += 1
    if (this.#nesting > NESTING_MAX) this.#fail(`values nest deeper than ${NESTING_MAX}`)
    const value = read()
    this.#nesting -= 1
    return value
  }

  #list(): Value {
    this.#lists.add(tomlKey([...this.#context, this.#key]))
    const items: Value[] = []
    for (let item = this.#lexer.next(); item.kind !== 'array-end'; item = this.#lexer.next())
      items.push(this.#value(item, true))
    return new GoSlice(items)
  }

  #inlineTable(isInList: boolean): Value {
    const [outer, outerKey] = [this.#context, this.#key]
    const table = new GoMap(new Map(), ANY_MAP)
    const path = [...outer, outerKey]
    this.#key = ''
    this.#context = path
    this.#implicit.add(tomlKey(path))
    this.#enter(path, isInList)
    const inner = this.#context
    for (let item = this.#lexer.next(); item.kind !== 'inline-end'; item = this.#lexer.next()) {
      const { names, value } = this.#keyValue()
      this.#put(table, names, value)
      this.#context = inner
    }
    this.#context = outer
    this.#key = outerKey
    return table
  }

  #put(table: GoMap, names: readonly string[], value: Value): void {
    let target = table
    for (const name of names.slice(0, -1)) {
      const below = target.entries.get(name) ?? new GoMap(new Map(), ANY_MAP)
      target.entries.set(name, below)
      if (!(below instanceof GoMap)) this.#fail(`${quote(tomlKey(this.#context))} is not a table`)
      target = below
    }
    target.entries.set(names.at(-1) ?? '', value)
  }

  /** `addContext`: makes a table the one that is being filled. */
  #enter(path: readonly string[], isList: boolean): void {
    const parents = path.slice(0, -1)
    const last = path.at(-1) ?? ''
    let table = this.#root
    for (const [index, name] of parents.entries()) {
      if (!table.entries.has(name)) {
        this.#implicit.add(tomlKey(parents.slice(0, index + 1)))
        table.entries.set(name, new GoMap(new Map(), ANY_MAP))
      }
      const below = tableIn(table.entries.get(name))
      if (below === undefined)
        this.#fail(`Key '${tomlKey(parents.slice(0, index + 1))}' was already created as a hash.`)
      table = below
    }
    this.#context = parents
    if (isList) this.#append(table, path)
    else this.#set(last, new GoMap(new Map(), ANY_MAP))
    this.#context = path
  }

  #append(table: GoMap, path: readonly string[]): void {
    const last = path.at(-1) ?? ''
    const known = table.entries.get(last) ?? new GoSlice([], SLICE_OF_MAPS)
    if (!isTableList(known))
      this.#fail(`Key '${tomlKey(path)}' was already created and cannot be used as an array.`)
    known.items.push(new GoMap(new Map(), ANY_MAP))
    table.entries.set(last, known)
  }

  /** `setValue`: what was only implied may be defined once more, but stays what it is. */
  #set(key: string, value: Value): void {
    let table = this.#root
    for (const [index, name] of this.#context.entries()) {
      const below = tableIn(table.entries.get(name))
      if (below === undefined)
        this.#fail(`Key '${tomlKey(this.#context.slice(0, index + 1))}' has already been defined.`)
      table = below
    }
    const path = tomlKey([...this.#context, key])
    if (!table.entries.has(key)) {
      table.entries.set(key, value)
      return
    }
    if (!this.#implicit.delete(path)) this.#fail(`Key '${path}' has already been defined.`)
    if (this.#lists.has(path)) table.entries.set(key, value)
  }
}

function isTableList(value: Value): value is GoSlice {
  return value instanceof GoSlice && value.type === SLICE_OF_MAPS
}

/** A table, or the last one of a list of them. */
function tableIn(value: Value): GoMap | undefined {
  const table = isTableList(value) ? value.items.at(-1) : value
  return table instanceof GoMap ? table : undefined
}
