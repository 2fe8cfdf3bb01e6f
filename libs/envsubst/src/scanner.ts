/** Which characters belong to a word; `index` counts them from 1. */
export type Accept = (character: string, index: number) => boolean

export interface ScanRule {
  readonly accept: Accept
  /** Whether `${` ends the word, or is found instead of one. */
  readonly opens?: boolean
  /** What can be escaped in the word: `$$`, and `\/` and `\\`, of which one character stays. */
  readonly escapes?: 'dollar' | 'dollar-and-slash'
}

/** A position in a text, and the words around expressions. */
export class Scanner {
  readonly text: string
  offset = 0

  constructor(text: string) {
    this.text = text
  }

  /** The next character, empty at the end. A NUL ends a text, too. */
  peek(): string {
    const code = this.text.codePointAt(this.offset)
    return code === undefined || code === 0 ? '' : String.fromCodePoint(code)
  }

  /** Steps over `expected` if it stands here. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.offset)) return false
    this.offset += expected.length
    return true
  }

  isAtOpening({ opens = false }: ScanRule): boolean {
    return opens && this.text.startsWith('${', this.offset)
  }

  /** The word here, empty if there is none. */
  word(rule: ScanRule): string {
    let word = ''
    let from = this.offset
    for (let index = 1; ; index += 1) {
      const character = this.peek()
      if (character === '' || this.isAtOpening(rule)) break
      if (isEscape(rule, character, this.text.charAt(this.offset + 1))) {
        word += this.text.slice(from, this.offset)
        from = this.offset + 1
        this.offset += 2
      } else if (rule.accept(character, index)) {
        this.offset += character.length
      } else {
        break
      }
    }
    return word + this.text.slice(from, this.offset)
  }
}

function isEscape({ escapes }: ScanRule, character: string, next: string): boolean {
  if (escapes === undefined) return false
  if (character === '$') return next === '$'
  return escapes === 'dollar-and-slash' && character === '\\' && (next === '/' || next === '\\')
}
