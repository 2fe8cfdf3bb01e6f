import type { ScalarStyle } from '../node.ts'

/** A place in the text; both count from 0, as in libyaml, `column` in UTF-16 units. */
export interface Place {
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

/** One flat shape for all tokens, of which a large text has millions. */
export interface Token extends Place {
  readonly kind: TokenKind
  /** Where the scanner stood behind it: there an empty scalar would be. */
  readonly endLine: number
  readonly endColumn: number
  /** Scalar text, anchor, tag handle, or `1.1` of a version directive. */
  readonly value: string
  /** Tag suffix, or prefix of a tag directive. */
  readonly suffix: string
  readonly style: ScalarStyle
}
