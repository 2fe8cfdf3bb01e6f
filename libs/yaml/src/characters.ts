// Classes of characters as libyaml has them. A text ends with NUL, which no text may hold.

const BLANK = 1
const BREAK = 2
const END = 4
const ALPHA = 8
const URI = 16
const DIGIT = 32
const HEX = 64
const FLOW = 128

const CLASSES: Uint8Array = new Uint8Array(128)

mark(' \t', BLANK)
mark('\r\n', BREAK)
mark('\0', END)
mark('0123456789', ALPHA | URI | DIGIT | HEX)
mark('ABCDEFabcdef', ALPHA | URI | HEX)
mark('GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz_-', ALPHA | URI)
mark(";/?:@&=+$,.!~*'()[]%", URI)
mark(',?[]{}', FLOW)

function mark(characters: string, flag: number): void {
  for (let index = 0; index < characters.length; index += 1) {
    const code = characters.charCodeAt(index)
    CLASSES[code] = (CLASSES[code] ?? 0) | flag
  }
}

function has(code: number, flags: number): boolean {
  return code < 128 && ((CLASSES[code] ?? 0) & flags) !== 0
}

/** NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR break lines in YAML 1.1. */
function isWideBreak(code: number): boolean {
  return code === 0x85 || code === 0x2028 || code === 0x2029
}

/** Space or tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

export function isBreak(code: number): boolean {
  return code < 128 ? code === 0x0a || code === 0x0d : isWideBreak(code)
}

export function isBreakOrEnd(code: number): boolean {
  return code < 128 ? has(code, BREAK | END) : isWideBreak(code)
}

export function isBlankOrEnd(code: number): boolean {
  return code < 128 ? has(code, BLANK | BREAK | END) : isWideBreak(code)
}

/** Letters, digits, `_` and `-`, ASCII only. */
export function isAlpha(code: number): boolean {
  return has(code, ALPHA)
}

export function isUri(code: number): boolean {
  return has(code, URI)
}

export function isDigit(code: number): boolean {
  return has(code, DIGIT)
}

export function isHex(code: number): boolean {
  return has(code, HEX)
}

/** What ends a plain scalar inside brackets: `, ? [ ] { }`. */
export function isFlowIndicator(code: number): boolean {
  return has(code, FLOW)
}
