import type { ScalarStyle } from '../node.ts'

/** A place in the text. `offset` counts UTF-16 units from 0, `line` and `column` from 0, as libyaml does. */
export interface Mark {
  readonly offset: number
  readonly line: number
  readonly column: number
}

export type TokenKind =
  | 'document-start'
  | 'document-end'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

/** One shape for all tokens, so that reading them stays fast. */
export interface Token {
  readonly kind: TokenKind
  readonly start: Mark
  /** Line and column just behind the token, where an empty scalar would stand. */
  readonly end: Mark
  /** Scalar text, anchor, tag handle, or `1.1` of a version directive. */
  readonly value: string
  /** Tag suffix, or prefix of a tag directive. */
  readonly suffix: string
  readonly style: ScalarStyle
}
