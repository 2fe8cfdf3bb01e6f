import type { YamlScalar } from '../node.ts'
import { YamlError } from '../yaml-error.ts'
import type { Mark, Token, TokenKind } from '../scanner/token.ts'

/** What was written in front of a node. */
export interface NodeProperties {
  readonly start: Mark
  readonly tag: string
  readonly anchor: string
}

export const STARTS_DOCUMENT: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'version-directive',
  'tag-directive',
  'document-start',
])

export const ENDS_DOCUMENT: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...STARTS_DOCUMENT,
  'document-end',
  'stream-end',
])

export const ENDS_BLOCK_ENTRY: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'key',
  'value',
  'block-end',
])

export const ENDS_FLOW_KEY_IN_SEQUENCE: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'value',
  'flow-entry',
  'flow-sequence-end',
])

export const ENDS_FLOW_KEY_IN_MAPPING: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'value',
  'flow-entry',
  'flow-mapping-end',
])

/** A place as messages name it. */
export function at(mark: Mark): string {
  return `${mark.line + 1}:${mark.column + 1}`
}

/** The node of a scalar token. */
export function scalar(token: Token, { start, tag, anchor }: NodeProperties): YamlScalar {
  const { value, style } = token
  return {
    kind: 'scalar',
    value,
    style,
    tag,
    anchor,
    line: start.line + 1,
    column: start.column + 1,
  }
}

/** The null that stands where nothing was written. */
export function emptyScalar(mark: Mark, properties?: NodeProperties): YamlScalar {
  const [line, column] = [mark.line + 1, mark.column + 1]
  const { tag, anchor } = properties ?? { tag: '', anchor: '' }
  return { kind: 'scalar', value: '', style: 'plain', tag, anchor, line, column }
}

/** `!!js/function`, `!!python/object/apply:os.system`: a tag that names code. Go ignores these; we refuse them. */
const FOREIGN_TAG = /^tag:yaml\.org,2002:(?:js|python|ruby|perl|php|java)\//

/** Throws YAML_TAG for the tag of a language. */
export function refuseForeignTag(tag: string, mark: Mark): void {
  if (!FOREIGN_TAG.test(tag)) return
  const name = tag.replace(/^tag:yaml\.org,2002:/, '!!')
  throw new YamlError('YAML_TAG', `unknown tag ${name} at ${at(mark)}`, {
    position: { line: mark.line + 1, column: mark.column + 1 },
  })
}
