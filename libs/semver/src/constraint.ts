import { byteLength, quote, SemverError } from './semver-error.ts'
import { parseVersion, type Version } from './version.ts'

export type Operator = '' | '=' | '!=' | '>' | '<' | '>=' | '=>' | '<=' | '=<' | '~' | '~>' | '^'

/** One comparison: an operator and a version that may end in wildcards. */
export interface Comparison {
  readonly operator: Operator
  /** Wildcards are 0. */
  readonly version: Version
  /** As it was written behind the operator. */
  readonly original: string
  /** From which segment on it is a wildcard or not written. */
  readonly wildcard: 'none' | 'patch' | 'minor' | 'major'
}

/** Alternatives (`||`), each a list of comparisons that must all hold (` ` or `,`). */
export interface Constraint {
  readonly alternatives: readonly (readonly Comparison[])[]
}

const CONSTRAINT_BYTES_MAX = 512 // As Masterminds.
const ALTERNATIVES_MAX = 32 // As Masterminds.

const SEGMENT = String.raw`[0-9|xX*]+`
const IDENTIFIERS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`
const WILD_VERSION = String.raw`v?(${SEGMENT})(\.${SEGMENT})?(\.${SEGMENT})?(-${IDENTIFIERS})?(\+${IDENTIFIERS})?`
const BLANK = String.raw`[\t\n\f\r ]`

const VERSION_AT = new RegExp(WILD_VERSION, 'y')
const RANGE = new RegExp(
  String.raw`${BLANK}*(${WILD_VERSION})${BLANK}+-${BLANK}+(${WILD_VERSION})${BLANK}*`,
  'g',
)
/** Longer ones first: a version starts with none of their characters. */
const OPERATORS: readonly Operator[] = ['!=', '>=', '=>', '<=', '=<', '~>', '=', '>', '<', '~', '^']

/** A constraint as Masterminds/semver v3.5.0 reads it (`NewConstraint`). Throws SemverError. */
export function parseConstraint(text: string): Constraint {
  if (byteLength(text) > CONSTRAINT_BYTES_MAX) {
    throw new SemverError(`constraint string is too long (max ${CONSTRAINT_BYTES_MAX} bytes)`)
  }
  const alternatives = rewriteRanges(text).split('||')
  if (alternatives.length > ALTERNATIVES_MAX) {
    throw new SemverError(`too many constraint groups (max ${ALTERNATIVES_MAX})`)
  }
  return { alternatives: alternatives.map(parseComparisons) }
}

/** The constraint in short: comparisons with one blank between them. */
export function formatConstraint({ alternatives }: Constraint): string {
  return alternatives
    .map((all) => all.map(({ operator, original }) => operator + original).join(' '))
    .join(' || ')
}

/** `1.2 - 1.4` is `>= 1.2, <= 1.4`. */
function rewriteRanges(text: string): string {
  let result = text
  for (const match of text.matchAll(RANGE)) {
    const [whole, low = ''] = match
    const high = match[7] ?? ''
    result = result.replace(whole, () => `>= ${low}, <= ${high} `)
  }
  return result
}

interface Written {
  readonly operator: Operator
  readonly match: RegExpExecArray
}

/**
 * Comparisons with blanks or a comma between them. Read by hand, since the regular expression of the original takes
 * exponential time here when a text is no constraint.
 */
function parseComparisons(text: string): readonly Comparison[] {
  const comparisons: Written[] = []
  let offset = skipBlanks(text, 0)
  for (;;) {
    const operator = operatorAt(text, offset)
    offset = skipBlanks(text, offset + operator.length)
    const match = matchAt(VERSION_AT, text, offset)
    if (match === null) throw improper(text)
    comparisons.push({ operator, match })
    offset = skipBlanks(text, offset + match[0].length)
    if (offset === text.length) return comparisons.map(parseComparison)
    const isComma = text.charAt(offset) === ','
    if (!isComma && !isBlank(text, offset - 1)) throw improper(text)
    if (isComma) offset = skipBlanks(text, offset + 1)
  }
}

function operatorAt(text: string, offset: number): Operator {
  return OPERATORS.find((operator) => text.startsWith(operator, offset)) ?? ''
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset
  return pattern.exec(text)
}

function skipBlanks(text: string, from: number): number {
  let offset = from
  while (isBlank(text, offset)) offset += 1
  return offset
}

/** What Go's regular expressions call blank. */
function isBlank(text: string, offset: number): boolean {
  return offset < text.length && '\t\n\f\r '.includes(text.charAt(offset))
}

function improper(text: string): SemverError {
  return new SemverError(`improper constraint: ${quote(text)}`)
}

function parseComparison({ operator, match }: Written): Comparison {
  const [original, major = '', minor, patch, prerelease = ''] = match
  const wildcard = wildcardOf(major, minor, patch)
  const texts = {
    none: original,
    patch: `${major}${minor ?? ''}.0${prerelease}`,
    minor: `${major}.0.0${prerelease}`,
    major: `0.0.0${prerelease}`,
  }
  try {
    return { operator, version: parseVersion(texts[wildcard]), original, wildcard }
  } catch (error) {
    if (error instanceof SemverError) throw new SemverError('constraint parser error')
    throw error
  }
}

function wildcardOf(
  major: string,
  minor: string | undefined,
  patch: string | undefined,
): Comparison['wildcard'] {
  if (isWild(major)) return 'major'
  if (minor === undefined || isWild(minor.slice(1))) return 'minor'
  return patch === undefined || isWild(patch.slice(1)) ? 'patch' : 'none'
}

function isWild(segment: string): boolean {
  return segment === 'x' || segment === 'X' || segment === '*'
}
