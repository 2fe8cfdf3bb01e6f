import { quote } from '../fmt/quote.ts'
import { runeAt } from '../byte-string.ts'

export type TokenKind =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'comment'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | Keyword

export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'dot'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with'

export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['.', 'dot'],
  ['block', 'block'],
  ['break', 'break'],
  ['continue', 'continue'],
  ['define', 'define'],
  ['else', 'else'],
  ['end', 'end'],
  ['if', 'if'],
  ['range', 'range'],
  ['nil', 'nil'],
  ['template', 'template'],
  ['with', 'with'],
])

const KEYWORD_KINDS: ReadonlySet<string> = new Set(KEYWORDS.values())

export interface Token {
  readonly kind: TokenKind
  /** Byte offset of its start. */
  readonly at: number
  readonly text: string
  /** Line of its start, from 1. */
  readonly line: number
}

const SHOWN_RUNES = 10

/** How a token is named in an error, as `item.String` of Go. */
export function describeToken(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (token.kind === 'error') return token.text
  if (KEYWORD_KINDS.has(token.kind)) return `<${token.text}>`
  if (token.text.length <= SHOWN_RUNES) return quote(token.text)
  let end = 0
  for (let left = SHOWN_RUNES; left > 0 && end < token.text.length; left--)
    end += runeAt(token.text, end).width
  return `${quote(token.text.slice(0, end))}...`
}
