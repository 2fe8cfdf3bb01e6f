import { quote, sprintf } from '@tidemark/go-template'

/** One reason why a value does not fit, with the reasons behind it. `message` is that of jsonschema v6. */
export interface Violation {
  /** Names and indexes from the top. */
  readonly path: readonly string[]
  readonly message: string
  /** `group` and `reference` are shown only where they join several. */
  readonly kind: 'plain' | 'group' | 'reference'
  readonly causes: readonly Violation[]
}

/** The reasons as lines, indented below one another. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations.map((violation) => describe(violation, 1)).join('')
}

function describe(violation: Violation, indent: number): string {
  if (violation.kind === 'reference' && violation.causes.length === 1)
    return violation.causes.map((cause) => describe(cause, indent)).join('')
  const line = `\n${'  '.repeat(indent - 1)}- at ${quoted(pointerOf(violation.path))}: ${violation.message}`
  return line + violation.causes.map((cause) => describe(cause, indent + 1)).join('')
}

function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** A text in single quotes. */
export function quoted(text: string): string {
  const inner = quote(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
  return `'${inner.replaceAll("'", String.raw`\'`)}'`
}

export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(', ')
}

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '0': '\u2070',
  '1': '\u00b9',
  '2': '\u00b2',
  '3': '\u00b3',
  '4': '\u2074',
  '5': '\u2075',
  '6': '\u2076',
  '7': '\u2077',
  '8': '\u2078',
  '9': '\u2079',
  '-': '\u207b',
}

/** A number as English has it: groups of three, and powers of ten from a million on. */
export function shownNumber(value: number): string {
  const text = sprintf('%v', [value])
  const [mantissa = '', exponent] = text.split('e')
  if (exponent === undefined) return grouped(mantissa)
  const power = Array.from(exponent.replace('+', ''), (char) => SUPERSCRIPTS[char] ?? char).join('')
  return Buffer.from(`${mantissa}\u00d710${power}`, 'utf8').toString('latin1')
}

/** A count as English has it. */
export function shownCount(value: number): string {
  return grouped(String(value))
}

function grouped(number: string): string {
  const [whole = '', fraction] = number.split('.')
  const shown = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? shown : `${shown}.${fraction}`
}
