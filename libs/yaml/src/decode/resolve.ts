import type { Flavour } from '../flavour.ts'
import type { YamlScalar } from '../node.ts'
import { parseGoInteger } from './go-integer.ts'
import { isTimestamp } from './timestamp.ts'

/** The short form of the tag that a text turned out to have. */
export type CoreTag = '!!null' | '!!bool' | '!!int' | '!!float' | '!!str' | '!!timestamp'

/** Integers are exact: `bigint` where 53 bits do not hold them. */
export type ScalarValue = null | boolean | number | bigint | string

const WORDS_OF_V3: ReadonlyMap<string, ScalarValue> = new Map([
  ...words(['true', 'True', 'TRUE'], true),
  ...words(['false', 'False', 'FALSE'], false),
  ...words(['', '~', 'null', 'Null', 'NULL'], null),
  ...words(['.nan', '.NaN', '.NAN'], Number.NaN),
  ...words(['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'], Number.POSITIVE_INFINITY),
  ...words(['-.inf', '-.Inf', '-.INF'], Number.NEGATIVE_INFINITY),
])

const WORDS_OF_V2: ReadonlyMap<string, ScalarValue> = new Map([
  ...WORDS_OF_V3,
  ...words(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'], true),
  ...words(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'], false),
])

function words(texts: readonly string[], value: ScalarValue): [string, ScalarValue][] {
  return texts.map((text) => [text, value])
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** What starts with a point goes to Go's own parser, which takes `_` between digits. */
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/

/** Whether Go has an integer where a scalar became a number: not for `1e3`, `!!float 1`, nor for digits beyond 64 bits. */
export function isGoInteger({ tag, value }: YamlScalar, flavour: Flavour): boolean {
  return tag !== FLOAT_TAG && tagOf(value, plainValue(value, flavour), flavour) === '!!int'
}

const FLOAT_TAG = 'tag:yaml.org,2002:float'

const WORD_LENGTH_MAX = 5

/**
 * What a plain text without a tag means. Both flavours agree but for `yes` and its kin, which are booleans in v2 only. Base 60
 * is no number in either, and timestamps are text here. `<<` is a key like any other; who wants to merge looks for it before.
 */
export function plainValue(text: string, flavour: Flavour): ScalarValue {
  if (text.length <= WORD_LENGTH_MAX) {
    const word = (flavour === 'yaml2' ? WORDS_OF_V2 : WORDS_OF_V3).get(text)
    if (word !== undefined) return word
  }
  const first = text.charCodeAt(0)
  const isNumeric = first <= 0x39 && (first >= 0x30 || first === 0x2b || first === 0x2d)
  if (isNumeric) return numericValue(text, flavour)
  if (first !== 0x2e || !POINT_FLOAT.test(text)) return text
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : text
}

function numericValue(text: string, flavour: Flavour): ScalarValue {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  const integer = parseGoInteger(plain, flavour)
  if (integer !== undefined) return integer
  if (!FLOAT.test(plain)) return text
  const value = Number(plain)
  return Number.isFinite(value) ? value : text
}

/** The tag of a plain text that means `value`. */
export function tagOf(text: string, value: ScalarValue, flavour: Flavour): CoreTag {
  switch (typeof value) {
    case 'string':
      return isTimestamp(text) ? '!!timestamp' : '!!str'
    case 'boolean':
      return '!!bool'
    case 'bigint':
      return '!!int'
    case 'number':
      return parseGoInteger(text.replaceAll('_', ''), flavour) === undefined ? '!!float' : '!!int'
    default:
      return '!!null'
  }
}
