import { type Random } from '@tidemark/kernel'
import { type Shape } from './function-shapes.ts'
import { TEXTS, WORDS } from './template-texts.ts'

const FLAGS = ['', '', '-', '+', '#', ' ', '0', '-0', '+#', '# ']
const WIDTHS = ['', '', '3', '12', '*', '[1]', '[2]*']
const PRECISIONS = ['', '', '.', '.0', '.2', '.10', '.*']
const VERBS = Array.from('vTtbcdoOqxXUeEfFgGspw!z')
const ATOMS = [
  'a',
  'b',
  'o',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '[a-c]',
  '[^o]',
  '(a|b)',
  '(?:x|o)',
  '^',
  '$',
  '\\b',
  '-',
  '(?i)S',
]
const QUANTIFIERS = ['', '', '', '*', '+', '?', '*?', '+?', '{1,2}', '{2}']
const DATES = ['2006', '06', 'Jan', 'January', '01', '1', '02', '_2', '2', '002', 'Mon', 'Monday']
const TIMES = [
  '15',
  '03',
  '3',
  '04',
  '4',
  '05',
  '5',
  'PM',
  'pm',
  'MST',
  '-0700',
  'Z07:00',
  '-07',
  '.000',
  '.999',
  ',000',
]
const SCALARS = [
  '1',
  '-0',
  '1.0',
  '1e3',
  '0x1f',
  '0o7',
  '017',
  '1_0',
  '.5',
  'yes',
  'Off',
  'null',
  '~',
  'a b',
  '"q\\n"',
  "'it''s'",
  '2024-02-29',
  '12:30:45',
  '*a',
  '&a x',
  '!!str 1',
  '!!int "3"',
  '[1, {b: 2}]',
  '{a: }',
  '|\n  t\n',
  '>-\n  f\n  g',
  '#c',
  'a: b',
  '- x',
  '99999999999999999999',
  '.nan',
  '<<',
]
const KEYS = ['a', 'b', '"q k"', '1', 'yes', 'null', '? x', '<<', 'é']
const MARKS = Array.from(' \n\t"`\'{}[]()|:=.,$-+*/\\%&!@#0aZé')

/** Texts of the kinds that functions read, put together at random; now and then broken. */
export class RandomTexts {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Nothing for a kind that is only picked. */
  of(shape: Shape): string | undefined {
    switch (shape) {
      case 'f':
        return this.#several(3, () => this.#format(), ' ')
      case 'r':
        return this.#several(4, () => this.#pick(ATOMS) + this.#pick(QUANTIFIERS), '')
      case 'm':
        return this.#several(
          5,
          () => this.#pick([...DATES, ...TIMES]),
          this.#pick([' ', '-', ':', '']),
        )
      case 'e':
        return this.#several(
          3,
          () => `${this.#below(100)}${this.#pick(['h', 'm', 's', 'ms', 'ns', '.5h', 'd', ''])}`,
          '',
        )
      case 'v':
        return this.#version()
      case 'c':
        return this.#several(
          3,
          () => this.#pick(['>=', '<', '^', '~', '!=', '=', '', '>']) + this.#version(),
          this.#pick([' ', ', ', ' || ', ' - ']),
        )
      case 'y':
        return this.#several(4, () => this.#yamlLine(), '\n')
      case 's':
        return this.#chance(0.5) ? this.#pick(WORDS) + this.#pick(WORDS) : undefined
      default:
        return this.#brokenText(shape)
    }
  }

  /** With a character taken out, put in or doubled. */
  broken(text: string): string {
    const runes = Array.from(text)
    const at = this.#below(runes.length + 1)
    const roll = this.#below(3)
    if (roll === 0) runes.splice(at, 1)
    else if (roll === 1) runes.splice(at, 0, this.#pick(MARKS))
    else runes.splice(at, 0, ...runes.slice(at, at + 1 + this.#below(4)))
    return runes.join('')
  }

  #brokenText(shape: Shape): string | undefined {
    const texts = TEXTS[shape]
    return texts === undefined ? undefined : this.broken(this.#pick(texts))
  }

  #format(): string {
    const parts = [FLAGS, WIDTHS, PRECISIONS, VERBS].map((each) => this.#pick(each))
    return `%${parts.join('')}`
  }

  #version(): string {
    const numbers = Array.from({ length: 1 + this.#below(3) }, () =>
      this.#pick(['0', '1', '2', '10', '*', 'x']),
    )
    return numbers.join('.') + this.#pick(['', '', '', '-rc.1', '-0', '+b.1', '-a+b', '-'])
  }

  #yamlLine(): string {
    const scalar = this.#chance(0.1) ? this.#pick(WORDS) : this.#pick(SCALARS)
    const line =
      this.#pick([
        '',
        '- ',
        `${this.#pick(KEYS)}: `,
        `${this.#pick(KEYS)}: `,
        `${this.#pick(KEYS)}:\n  k: `,
      ]) + scalar
    return this.#chance(0.1) ? this.broken(line) : line
  }

  #several(most: number, make: () => string, separator: string): string {
    return Array.from({ length: 1 + this.#below(most) }, make).join(separator)
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
