import { type Random } from '@tidemark/kernel'
import { FUNCTION_SHAPES, type FunctionShape, type Shape } from './function-shapes.ts'
import { RandomTexts } from './random-texts.ts'
import { NUMBERS, ODD_NUMBERS, PATHS, TEXTS, UNORDERED, VALUES, WORDS } from './template-texts.ts'

export interface GeneratedCase {
  readonly template: string
  readonly values: unknown
}

const LEAVES: readonly Shape[] = ['s', 'i', 'n', 'b', 'l', 'd', 'a', 't']
const DEPTH_MAX = 4
/** What stands where it may, and now and then where it may not. */
const ODDITIES: readonly string[] = [
  '{{/* c */}}',
  '{{- /* c\n */ -}}',
  '{{- "" -}}',
  '{{ "a" }}  \n\t{{- "b" -}}\n  {{ "c" }}',
  '{{ break }}',
  '{{ template "none" }}',
  '{{ $unknown }}',
  '{{ $.Values.words.x }}',
  '{{ $.Values.none.x.y }}',
]

/** Writes random templates of all that the language and its functions have; the same ones for the same random. */
export class TemplateGenerator {
  readonly #random: Random
  readonly #texts: RandomTexts
  #variables: { readonly name: string; readonly shape: Shape }[] = []
  #names = 0

  constructor(random: Random) {
    this.#random = random
    this.#texts = new RandomTexts(random)
  }

  next(): GeneratedCase {
    this.#variables = []
    this.#names = 0
    const template = this.#chance(0.5) ? `{{ ${this.#pipeline(this.#shape(), 0)} }}` : this.#body(0)
    const broken = this.#chance(0.04) ? this.#texts.broken(template) : template
    return { template: broken, values: this.#values() }
  }

  #values(): unknown {
    const entries = ['a', 'b', 'name', 'x.y'].map((key) => [key, this.#datum(2)])
    return {
      ...VALUES,
      text: this.#pick(WORDS),
      multi: `${this.#pick(WORDS)}\n${this.#pick(WORDS)}`,
      words: Array.from({ length: this.#below(5) }, () => this.#pick(WORDS)),
      list: Array.from({ length: this.#below(5) }, () => this.#datum(2)),
      map: { ...Object.fromEntries(entries.slice(0, this.#below(5))), name: this.#pick(WORDS) },
    }
  }

  #datum(depth: number): unknown {
    const roll = this.#below(depth > 0 ? 9 : 6)
    if (roll < 2) return this.#pick(WORDS)
    if (roll === 2) return this.#below(2000) - 1000
    if (roll === 3) return this.#pick([0.5, 1e21, 1e-7, -0.25, 3.25, 1e6, 123_456_789_012])
    if (roll === 4) return this.#chance(0.5)
    if (roll === 5) return null
    if (roll === 6) return Array.from({ length: this.#below(4) }, () => this.#datum(depth - 1))
    const keys = ['a', 'b', 'name', 'z', '1', 'true'].slice(0, this.#below(5))
    return Object.fromEntries(keys.map((key) => [key, this.#datum(depth - 1)]))
  }

  #body(depth: number): string {
    const before = this.#variables
    const parts = Array.from({ length: 1 + this.#below(4) }, () => this.#statement(depth))
    this.#variables = before
    return parts.join(this.#pick(['', '', '\n', ' ', '\n  ', 'text']))
  }

  #statement(depth: number): string {
    const roll = this.#below(depth < 3 ? 14 : 5)
    if (roll < 3) return this.#action(this.#pipeline(this.#shape(), 0))
    if (roll === 3) return this.#pick(WORDS).replaceAll('{{', '')
    if (roll === 4) return this.#declaration()
    if (roll < 7) return this.#condition(depth)
    if (roll < 9) return this.#with(depth)
    if (roll < 12) return this.#range(depth)
    if (roll === 12) return this.#pick(ODDITIES)
    return this.#definition(depth)
  }

  #action(content: string): string {
    const left = this.#chance(0.2) ? '{{- ' : '{{ '
    return `${left}${content}${this.#chance(0.2) ? ' -}}' : ' }}'}`
  }

  #declaration(): string {
    const known = this.#variables.at(-1)
    if (known !== undefined && this.#chance(0.3))
      return this.#action(`${known.name} = ${this.#pipeline(known.shape, 1)}`)
    const shape = this.#shape()
    const text = this.#action(`$v${this.#names} := ${this.#pipeline(shape, 1)}`)
    this.#declare(shape)
    return text
  }

  #declare(shape: Shape): string {
    const name = `$v${this.#names}`
    this.#names += 1
    this.#variables = [...this.#variables, { name, shape }]
    return name
  }

  #condition(depth: number): string {
    const condition = this.#pipeline(this.#chance(0.6) ? 'b' : 'a', 1)
    const other = this.#chance(0.3)
      ? this.#action(`else if ${this.#pipeline('b', 2)}`) + this.#body(depth + 1)
      : ''
    const last = this.#chance(0.4) ? this.#action('else') + this.#body(depth + 1) : ''
    return `${this.#action(`if ${condition}`)}${this.#body(depth + 1)}${other}${last}${this.#action('end')}`
  }

  #with(depth: number): string {
    const shape = this.#pick(LEAVES)
    const before = this.#variables
    const source = this.#pipeline(shape, 1)
    const head = this.#chance(0.3) ? `with ${this.#declare(shape)} := ${source}` : `with ${source}`
    const body = this.#body(depth + 1)
    const otherwise = this.#chance(0.2)
      ? `else with ${this.#pipeline(this.#pick(LEAVES), 2)}`
      : 'else'
    const last = this.#chance(0.3) ? this.#action(otherwise) + this.#body(depth + 1) : ''
    const text = `${this.#action(head)}${body}${last}${this.#action('end')}`
    this.#variables = before
    return text
  }

  #range(depth: number): string {
    const before = this.#variables
    const source = this.#pipeline(this.#pick<Shape>(['l', 'l', 'l', 'd', 'd', 'i', 'a']), 1)
    let head = `range ${source}`
    if (this.#chance(0.3)) head = `range ${this.#declare('a')} := ${source}`
    else if (this.#chance(0.5))
      head = `range ${this.#declare('a')}, ${this.#declare('a')} := ${source}`
    const leave = this.#chance(0.15)
      ? this.#action(`if ${this.#pipeline('b', 2)}`) +
        this.#action(this.#pick(['break', 'continue'])) +
        this.#action('end')
      : ''
    const body = `${this.#body(depth + 1)}${leave}`
    const last = this.#chance(0.3) ? this.#action('else') + this.#body(depth + 1) : ''
    this.#variables = before
    return `${this.#action(head)}${body}${last}${this.#action('end')}`
  }

  #definition(depth: number): string {
    const name = this.#pick(['a', 'shop', 'abc', 'b', 'nested'])
    const before = this.#variables
    this.#variables = []
    const body = this.#body(depth + 2)
    this.#variables = before
    const dot = this.#pick(['.', '$', '$.Values.map', '"x"', '1', 'nil', '$.Values.missing'])
    const use = this.#pick([`template "${name}" ${dot}`, `include "${name}" ${dot} | upper`])
    if (depth === 0 && this.#chance(0.6))
      return `{{ define "${name}" }}${body}{{ end }}${this.#action(use)}`
    return this.#chance(0.5)
      ? `{{ block "${name}${depth}" ${dot} }}${body}{{ end }}`
      : this.#action(`template "${name}" ${dot}`)
  }

  #shape(): Shape {
    return this.#pick(LEAVES)
  }

  #pipeline(shape: Shape, depth: number): string {
    let text = this.#command(shape, depth)
    while (this.#chance(0.25)) {
      const next = this.#pick(FUNCTION_SHAPES)
      const last = next.takes.at(-1)
      if (last === undefined || last === 'h' || UNORDERED.has(next.name)) continue
      const others = next.takes.slice(0, -1).map((each) => this.#argument(each, depth + 2))
      text = `${this.#command(last, depth)} | ${[next.name, ...others].join(' ')}`
      if (this.#chance(0.5)) break
    }
    return text
  }

  #command(shape: Shape, depth: number): string {
    if (depth >= DEPTH_MAX || this.#chance(0.2)) return this.#leaf(shape)
    const fitting =
      shape === 'a' || this.#chance(0.05)
        ? FUNCTION_SHAPES
        : FUNCTION_SHAPES.filter(({ gives }) => gives === shape)
    return fitting.length === 0 ? this.#leaf(shape) : this.#call(this.#pick(fitting), depth)
  }

  #call({ name, takes, isVariadic }: FunctionShape, depth: number): string {
    const last = takes.at(-1)
    const more = isVariadic && last !== undefined ? this.#below(3) : 0
    const shapes = [...takes, ...Array.from({ length: more }, () => last ?? 'a')]
    if (this.#chance(0.01)) shapes.pop()
    if (this.#chance(0.01)) shapes.push('a')
    const text = [name, ...shapes.map((shape) => this.#argument(shape, depth + 1))].join(' ')
    return UNORDERED.has(name) ? `sortAlpha (${text})` : text
  }

  #argument(shape: Shape, depth: number): string {
    if (shape === 'h') return this.#literal('h')
    const wanted = this.#chance(0.05) ? this.#shape() : shape
    if (depth >= DEPTH_MAX || this.#chance(0.6)) return this.#leaf(wanted)
    return `(${this.#pipeline(wanted, depth)})`
  }

  #leaf(shape: Shape): string {
    const known = this.#variables.filter((variable) => variable.shape === shape || shape === 'a')
    if (known.length > 0 && this.#chance(0.4)) return this.#pick(known).name
    const paths = PATHS[shape] ?? []
    if (paths.length > 0 && this.#chance(0.5)) return this.#pick(paths)
    if (this.#chance(0.02)) return this.#pick(['.name', '.x', '.', '$', '.Values.text'])
    return this.#literal(shape)
  }

  #literal(shape: Shape): string {
    const texts = TEXTS[shape]
    if (texts !== undefined) {
      const made = this.#chance(0.4) ? this.#texts.of(shape) : undefined
      return this.#quoted(made ?? this.#pick(texts))
    }
    switch (shape) {
      case 'i':
        return this.#pick(NUMBERS)
      case 'n':
        return this.#pick(this.#chance(0.5) ? NUMBERS : ODD_NUMBERS)
      case 'b':
        return this.#pick(['true', 'false'])
      case 'l':
        return this.#pick(['list', '(list 1 "b" nil)', '(list "z" "a")', '(list 1 2 3)'])
      case 'h':
        return this.#pick(['dict', '(dict "a" 1 "b" "x")', '(deepCopy $.Values.deep)'])
      case 'd':
        return this.#pick(['dict', '(dict "a" 1 "b" "x")', '(dict "name" (dict "a" 1))'])
      case 't':
        return this.#pick([
          '(toDate "2006-01-02" "2024-02-29")',
          '(toDate "2006-01-02T15:04:05Z07:00" "1999-12-31T23:59:59+02:00")',
          '(toDate "15:04:05.000" "01:02:03.456")',
        ])
      default:
        return this.#literal(this.#pick(LEAVES))
    }
  }

  #quoted(text: string): string {
    return text.includes('`') || this.#chance(0.8) ? JSON.stringify(text) : `\`${text}\``
  }

  #chance(probability: number): boolean {
    return this.#random.fraction() < probability
  }

  #below(end: number): number {
    return Math.floor(this.#random.fraction() * end)
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#below(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
}
