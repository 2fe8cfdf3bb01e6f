/** What the parser makes of a text: pieces that stand for themselves, and expressions to evaluate. */
export type Piece = string | Expression

export type Operator =
  | ''
  | 'length'
  | 'default'
  | ','
  | ',,'
  | '^'
  | '^^'
  | ':'
  | '#'
  | '##'
  | '%'
  | '%%'
  | '/'
  | '//'
  | '/#'
  | '/%'

/** `${variable operator argument ...}`. */
export interface Expression {
  readonly variable: string
  readonly operator: Operator
  readonly args: readonly Piece[]
  /** Where its `$` stands, in UTF-16 units. */
  readonly offset: number
}
