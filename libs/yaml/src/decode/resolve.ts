import type { Flavour } from '../flavour.ts'
import type { YamlScalar } from '../node.ts'
import { parseGoInteger } from './go-integer.ts'
import { isTimestamp } from './timestamp.ts'

/** The short form of the tag that a text turned out to have. */
export type CoreTag =
  | '!!null'
  | '!!bool'
  | '!!int'
  | '!!float'
  | '!!str'
  | '!!timestamp'
  | '!!merge'

export interface Resolved {
  readonly tag: CoreTag
  /** Integers are exact: `bigint` where 53 bits do not hold them. */
  readonly value: null | boolean | number | bigint | string
}

const NULL: Resolved = { tag: '!!null', value: null }
const TRUE: Resolved = { tag: '!!bool', value: true }
const FALSE: Resolved = { tag: '!!bool', value: false }

const WORDS_OF_V3: ReadonlyMap<string, Resolved> = new Map([
  ...words(['true', 'True', 'TRUE'], TRUE),
  ...words(['false', 'False', 'FALSE'], FALSE),
  ...words(['', '~', 'null', 'Null', 'NULL'], NULL),
  ...words(['.nan', '.NaN', '.NAN'], { tag: '!!float', value: Number.NaN }),
  ...words(['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'], infinity(1)),
  ...words(['-.inf', '-.Inf', '-.INF'], infinity(-1)),
])

const WORDS_OF_V2: ReadonlyMap<string, Resolved> = new Map([
  ...WORDS_OF_V3,
  ...words(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'], TRUE),
  ...words(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'], FALSE),
])

function words(texts: readonly string[], resolved: Resolved): [string, Resolved][] {
  return texts.map((text) => [text, resolved])
}

function infinity(sign: 1 | -1): Resolved {
  return { tag: '!!float', value: sign * Number.POSITIVE_INFINITY }
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** What starts with a point goes to Go's own parser, which takes `_` between digits. */
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/

/** Whether Go has an integer where a scalar became a number: not for `1e3`, `!!float 1`, nor for digits beyond 64 bits. */
export function isGoInteger({ tag, value }: YamlScalar, flavour: Flavour): boolean {
  return tag !== FLOAT_TAG && resolvePlain(value, flavour).tag === '!!int'
}

const FLOAT_TAG = 'tag:yaml.org,2002:float'

const WORD_LENGTH_MAX = 5

/**
 * What a plain text without a tag means. Both flavours agree but for `yes` and its kin, which are booleans in v2 only.
 * Base 60 is no number in either. `<<` is a key here as anywhere; who wants to merge looks for it before.
 */
export function resolvePlain(text: string, flavour: Flavour): Resolved {
  const first = text.charCodeAt(0)
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d
  if (text.length <= WORD_LENGTH_MAX) {
    const word = (flavour === 'yaml2' ? WORDS_OF_V2 : WORDS_OF_V3).get(text)
    if (word !== undefined) return word
  }
  if (isNumeric) return resolveNumber(text, first) ?? { tag: '!!str', value: text }
  if (first === 0x2e && POINT_FLOAT.test(text)) {
    const value = Number(text.replaceAll('_', ''))
    if (Number.isFinite(value)) return { tag: '!!float', value }
  }
  return { tag: '!!str', value: text }
}

function resolveNumber(text: string, first: number): Resolved | undefined {
  if (isTimestamp(text)) return { tag: '!!timestamp', value: text }
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  const integer = parseGoInteger(plain, first)
  if (integer !== undefined) return { tag: '!!int', value: integer }
  if (!FLOAT.test(plain)) return undefined
  const value = Number(plain)
  return Number.isFinite(value) ? { tag: '!!float', value } : undefined
}
