import { EnvsubstError, placeOf } from './envsubst-error.ts'
import type { Expression, Piece } from './expression.ts'
import { fromByteString, toByteString } from './functions/bytes.ts'
import { toLower, toLowerFirst, toUpper, toUpperFirst } from './functions/casing.ts'
import { replaceLiteral } from './functions/replace.ts'
import { substring } from './functions/substring.ts'
import { trimPrefix, trimSuffix } from './functions/trim.ts'
import { Work } from './functions/work.ts'
import { parse } from './parse.ts'

const LENGTH_MAX = 16 * 1024 * 1024 // Ten times the largest object that etcd stores.

export interface SubstituteOptions {
  /** `error` is strict mode, the default of Flux since 1.9: a variable without value and default is refused. */
  readonly unset: 'error' | 'empty'
  /** Characters that may be built, 16 Mi by default. */
  readonly lengthMax?: number
}

/**
 * Replaces `${...}` in a text as fluxcd/pkg/envsubst v1.7.0 does: the grammar is in the README. Values are not looked at
 * again. Pure. Throws EnvsubstError, also where upstream crashes.
 */
export function substitute(
  text: string,
  variables: ReadonlyMap<string, string>,
  options: SubstituteOptions,
): string {
  if (!text.includes('$')) return text
  const work = new Work(options.lengthMax ?? LENGTH_MAX)
  const evaluator = new Evaluator(text, variables, { unset: options.unset, work })
  return parse(text)
    .map((piece) => evaluator.evaluate(piece))
    .join('')
}

class Evaluator {
  readonly #text: string
  readonly #variables: ReadonlyMap<string, string>
  readonly #unset: 'error' | 'empty'
  readonly #work: Work

  constructor(
    text: string,
    variables: ReadonlyMap<string, string>,
    { unset, work }: { readonly unset: 'error' | 'empty'; readonly work: Work },
  ) {
    this.#text = text
    this.#variables = variables
    this.#unset = unset
    this.#work = work
  }

  /** Arguments come first, also those of a default that nobody needs. */
  evaluate(piece: Piece): string {
    if (typeof piece === 'string') return piece
    const args = piece.args.map((arg) => this.evaluate(arg))
    const value = this.#variables.get(piece.variable)
    if (value === undefined) this.#checkUnset(piece)
    const result = this.#apply(piece, value ?? '', args)
    this.#work.build(result.length)
    return result
  }

  #checkUnset({ variable, operator, offset }: Expression): void {
    if (this.#unset === 'empty' || operator === 'default') return
    const name = JSON.stringify(variable)
    throw new EnvsubstError(
      'ENVSUBST_UNSET',
      `variable ${name} at ${placeOf(this.#text, offset)} has no value and no default`,
      `variable not set (strict mode): ${name}`,
    )
  }

  #apply({ operator }: Expression, value: string, args: readonly string[]): string {
    switch (operator) {
      case '':
        return value
      case 'default':
        return value === '' ? args.join('') : value
      case 'length':
        return `${toByteString(value).length}`
      case '^':
        return toUpperFirst(value)
      case '^^':
        return toUpper(value)
      case ',':
        return toLowerFirst(value)
      case ',,':
        return toLower(value)
      default:
        return fromByteString(
          this.#applyToBytes(operator, toByteString(value), args.map(toByteString)),
        )
    }
  }

  #applyToBytes(operator: ByteOperator, value: string, args: readonly string[]): string {
    const work = this.#work
    const [first = '', second] = args
    switch (operator) {
      case ':':
        return substring(value, first, second)
      case '#':
        return trimPrefix(value, first, { extent: 'shortest', work })
      case '##':
        return trimPrefix(value, first, { extent: 'longest', work })
      case '%':
        return trimSuffix(value, first, { extent: 'shortest', work })
      case '%%':
        return trimSuffix(value, first, { extent: 'longest', work })
      case '/':
        return replaceLiteral(value, [first, second ?? ''], { count: 'first', work })
      case '//':
        return replaceLiteral(value, [first, second ?? ''], { count: 'all', work })
      default:
        return replaceEnd(operator, value, [first, second])
    }
  }
}

type ByteOperator = ':' | '#' | '##' | '%' | '%%' | '/' | '//' | '/#' | '/%'

/** Without a replacement, not even an empty one, upstream leaves both ends alone. */
function replaceEnd(
  operator: '/#' | '/%',
  value: string,
  [search, replacement]: readonly [search: string, replacement: string | undefined],
): string {
  if (replacement === undefined) return value
  if (operator === '/#') {
    return value.startsWith(search) ? replacement + value.slice(search.length) : value
  }
  return value.endsWith(search) ? value.slice(0, value.length - search.length) + replacement : value
}
