import { GoMap, GoSlice, type Value } from '@tidemark/go-template'
import { equalJson, numberOf, typeOfJson } from './equal-values.ts'
import { FORMATS } from './formats.ts'
import { type Scope } from './validator.ts'
import { quoted, shownCount, shownNumber, type Violation } from './violation.ts'

const TYPE_ORDER = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']

/** Type, const, enum and format: the first that does not hold ends the check. */
export function checkValue(scope: Scope): Violation | undefined {
  const { entries } = scope.schema.keywords
  if (scope.schema.resource.draft < 2019 && entries.has('$ref')) return undefined
  return (
    typeProblem(scope, entries.get('type')) ??
    constProblem(scope) ??
    enumProblem(scope, entries.get('enum')) ??
    formatProblem(scope, entries.get('format'))
  )
}

function reason(scope: Scope, message: string): Violation {
  return { path: scope.path, message, kind: 'plain', causes: [] }
}

function typeProblem(scope: Scope, declared: Value): Violation | undefined {
  const types = (declared instanceof GoSlice ? declared.items : [declared]).filter(
    (type): type is string => typeof type === 'string',
  )
  if (types.length === 0) return undefined
  const got = typeOfJson(scope.value)
  const isWhole = got === 'number' && Number.isInteger(numberOf(scope.value))
  if (types.includes(got) || (isWhole && types.includes('integer'))) return undefined
  const wanted = TYPE_ORDER.filter((type) => types.includes(type)).join(' or ')
  return reason(scope, `got ${got}, want ${wanted}`)
}

function constProblem(scope: Scope): Violation | undefined {
  const { entries } = scope.schema.keywords
  if (scope.schema.resource.draft < 6 || !entries.has('const')) return undefined
  const wanted = entries.get('const')
  if (equalJson(scope.value, wanted)) return undefined
  return reason(scope, isComposite(wanted) ? "'const' failed" : `value must be ${shown(wanted)}`)
}

function enumProblem(scope: Scope, wanted: Value): Violation | undefined {
  if (!(wanted instanceof GoSlice) || wanted.items.some((item) => equalJson(scope.value, item)))
    return undefined
  if (wanted.items.some(isComposite)) return reason(scope, "'enum' failed")
  const list = wanted.items.map(shown).join(', ')
  return reason(
    scope,
    wanted.items.length === 1 ? `value must be ${list}` : `value must be one of ${list}`,
  )
}

function formatProblem(scope: Scope, name: Value): Violation | undefined {
  const { draft, checksFormats } = scope.schema.resource
  const isChecked = checksFormats || draft < 2019
  if (!isChecked || typeof name !== 'string' || typeof scope.value !== 'string') return undefined
  const problem = FORMATS.get(name)?.(scope.value)
  return problem === undefined
    ? undefined
    : reason(scope, `${quoted(scope.value)} is not valid ${name}: ${problem}`)
}

function isComposite(value: Value): boolean {
  return value instanceof GoMap || value instanceof GoSlice
}

function shown(value: Value): string {
  if (typeof value === 'string') return quoted(value)
  const number = numberOf(value)
  if (number !== undefined) return String(number)
  return value === true || value === false ? String(value) : '<nil>'
}

/** Length and pattern. */
export function checkText(scope: Scope, text: string, length: number): Violation[] {
  const found: Violation[] = []
  const { keywords, pattern } = scope.schema
  const least = numberOf(keywords.entries.get('minLength'))
  const most = numberOf(keywords.entries.get('maxLength'))
  if (least !== undefined && length < least)
    found.push(reason(scope, `minLength: got ${shownCount(length)}, want ${shownCount(least)}`))
  if (most !== undefined && length > most)
    found.push(reason(scope, `maxLength: got ${shownCount(length)}, want ${shownCount(most)}`))
  if (pattern !== undefined && !pattern.isIn(text)) {
    const wanted = keywords.entries.get('pattern')
    const source = typeof wanted === 'string' ? wanted : ''
    found.push(reason(scope, `${quoted(text)} does not match pattern ${quoted(source)}`))
  }
  return found
}

/** Bounds and multiples. */
export function checkNumber(scope: Scope): Violation[] {
  const value = numberOf(scope.value)
  if (value === undefined) return []
  const found: Violation[] = []
  const check = (
    keyword: string,
    wanted: number | undefined,
    fits: (wanted: number) => boolean,
  ): void => {
    if (wanted !== undefined && !fits(wanted))
      found.push(
        reason(scope, `${keyword}: got ${shownNumber(value)}, want ${shownNumber(wanted)}`),
      )
  }
  const bounds = boundsOf(scope)
  check('minimum', bounds.minimum, (wanted) => value >= wanted)
  check('maximum', bounds.maximum, (wanted) => value <= wanted)
  check('exclusiveMinimum', bounds.exclusiveMinimum, (wanted) => value > wanted)
  check('exclusiveMaximum', bounds.exclusiveMaximum, (wanted) => value < wanted)
  check('multipleOf', bounds.multipleOf, (wanted) => isMultiple(value, wanted))
  return found
}

interface Bounds {
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly exclusiveMinimum: number | undefined
  readonly exclusiveMaximum: number | undefined
  readonly multipleOf: number | undefined
}

/** Where `exclusive…` is true, as in draft 4, the bound itself is left out. */
function boundsOf({ schema }: Scope): Bounds {
  const number = (keyword: string): number | undefined =>
    numberOf(schema.keywords.entries.get(keyword))
  const isTrue = (keyword: string): boolean => schema.keywords.entries.get(keyword) === true
  const [noMinimum, noMaximum] = [isTrue('exclusiveMinimum'), isTrue('exclusiveMaximum')]
  return {
    minimum: noMinimum ? undefined : number('minimum'),
    maximum: noMaximum ? undefined : number('maximum'),
    exclusiveMinimum: noMinimum ? number('minimum') : number('exclusiveMinimum'),
    exclusiveMaximum: noMaximum ? number('maximum') : number('exclusiveMaximum'),
    multipleOf: number('multipleOf'),
  }
}

/** In decimal digits, as the numbers were written: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  const [left, right] = [decimalOf(value), decimalOf(of)]
  const scale = Math.max(left.digits, right.digits)
  const scaled = (number: { value: bigint; digits: number }): bigint =>
    number.value * 10n ** BigInt(scale - number.digits)
  return right.value !== 0n && scaled(left) % scaled(right) === 0n
}

function decimalOf(number: number): { value: bigint; digits: number } {
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const digits = fraction.length - Number(exponent)
  const value = BigInt(whole + fraction)
  return digits >= 0 ? { value, digits } : { value: value * 10n ** BigInt(-digits), digits: 0 }
}
