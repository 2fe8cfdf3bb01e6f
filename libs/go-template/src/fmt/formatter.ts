import { fromRune, isAscii, runeAt, runeCount } from '../byte-string.ts'
import { formatFloat, type FloatVerb, SHORTEST } from './format-float.ts'
import { canBackquote, isPrint, quote, quoteRune } from './quote.ts'

export interface IntegerStyle {
  readonly base: 2 | 8 | 10 | 16
  readonly verb: string
  readonly isUpper?: boolean
}

const SHARP_DIGITS = 6

/** Go's `fmt.fmt`: flags, width and precision, and how each basic value is laid out with them. */
export class Formatter {
  output = ''
  hasWidth = false
  hasPrecision = false
  minus = false
  plus = false
  sharp = false
  space = false
  zero = false
  plusV = false
  sharpV = false
  width = 0
  precision = 0

  clearFlags(): void {
    this.hasWidth = false
    this.hasPrecision = false
    this.minus = false
    this.plus = false
    this.sharp = false
    this.space = false
    this.zero = false
    this.plusV = false
    this.sharpV = false
    this.width = 0
    this.precision = 0
  }

  padding(count: number): string {
    return (this.zero && !this.minus ? '0' : ' ').repeat(Math.max(count, 0))
  }

  pad(text: string): void {
    if (!this.hasWidth || this.width === 0) {
      this.output += text
      return
    }
    const filling = this.padding(this.width - runeCount(text))
    this.output += this.minus ? text + filling : filling + text
  }

  padPlain(text: string): void {
    const zero = this.zero
    this.zero = false
    this.pad(text)
    this.zero = zero
  }

  string(text: string): void {
    this.pad(this.truncated(text))
  }

  quoted(text: string): void {
    const short = this.truncated(text)
    if (this.sharp && canBackquote(short)) this.pad(`\`${short}\``)
    else this.pad(quote(short, { ascii: this.plus }))
  }

  hexString(bytes: string, isUpper: boolean): void {
    const shown = this.hasPrecision ? bytes.slice(0, this.precision) : bytes
    if (shown === '') {
      if (this.hasWidth) this.output += this.padding(this.width)
      return
    }
    const prefix = this.sharp ? '0x' : ''
    const pairs = Array.from(shown, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'))
    const plain = this.space
      ? pairs.map((pair) => prefix + pair).join(' ')
      : prefix + pairs.join('')
    this.pad(isUpper ? plain.toUpperCase() : plain)
  }

  integer(value: bigint, { base, verb, isUpper = false }: IntegerStyle): void {
    const isNegative = value < 0n
    const size = isNegative ? -value : value
    let precision = 0
    if (this.hasPrecision) {
      precision = this.precision
      if (precision === 0 && size === 0n) {
        this.output += ' '.repeat(this.width)
        return
      }
    } else if (this.zero && !this.minus && this.hasWidth) {
      precision = this.width - (isNegative || this.plus || this.space ? 1 : 0)
    }
    let digits = size.toString(base).padStart(precision, '0')
    if (isUpper) digits = digits.toUpperCase()
    this.padPlain(this.sign(isNegative) + this.basePrefix(digits, { base, verb, isUpper }))
  }

  character(value: bigint): void {
    this.pad(fromRune(runeOf(value)))
  }

  quotedCharacter(value: bigint): void {
    this.pad(quoteRune(runeOf(value), { ascii: this.plus }))
  }

  unicode(value: bigint): void {
    const code = BigInt.asUintN(64, value)
    const digits = this.hasPrecision && this.precision > 4 ? this.precision : 4
    const rune = Number(code)
    const shown = this.sharp && rune <= 0x10ffff && isPrint(rune) ? ` '${fromRune(rune)}'` : ''
    this.padPlain(`U+${code.toString(16).toUpperCase().padStart(digits, '0')}${shown}`)
  }

  float(value: number, verb: FloatVerb, standard: number): void {
    const precision = this.hasPrecision ? this.precision : standard
    let text = formatFloat(value, verb, precision)
    if (!/^[-+]/.test(text)) text = `+${text}`
    if (this.space && text.startsWith('+') && !this.plus) text = ` ${text.slice(1)}`
    if (/^.[IN]/.test(text)) {
      const bare = text.charAt(1) === 'N' && !this.space && !this.plus
      this.padPlain(bare ? text.slice(1) : text)
      return
    }
    if (this.sharp && verb !== 'b') text = withPoint(text, { verb, precision })
    this.signedFloat(text)
  }

  private signedFloat(text: string): void {
    if (!this.plus && text.startsWith('+')) {
      this.pad(text.slice(1))
      return
    }
    if (this.zero && !this.minus && this.hasWidth && this.width > text.length)
      this.output += text.charAt(0) + this.padding(this.width - text.length) + text.slice(1)
    else this.pad(text)
  }

  private sign(isNegative: boolean): string {
    if (isNegative) return '-'
    if (this.plus) return '+'
    return this.space ? ' ' : ''
  }

  private basePrefix(digits: string, { base, verb, isUpper }: Required<IntegerStyle>): string {
    let text = digits
    if (this.sharp) {
      if (base === 2) text = `0b${text}`
      if (base === 8 && !text.startsWith('0')) text = `0${text}`
      if (base === 16) text = (isUpper ? '0X' : '0x') + text
    }
    return verb === 'O' ? `0o${text}` : text
  }

  private truncated(text: string): string {
    if (!this.hasPrecision) return text
    if (isAscii(text)) return text.slice(0, this.precision)
    let at = 0
    for (let left = this.precision; left > 0 && at < text.length; left--)
      at += runeAt(text, at).width
    return text.slice(0, at)
  }
}

function runeOf(value: bigint): number {
  const code = BigInt.asUintN(64, value)
  return code > 0x10ffffn ? 0xfffd : Number(code)
}

/** The sharp flag: always a point, and `%g` keeps its trailing zeros. */
function withPoint(
  text: string,
  { verb, precision }: { verb: FloatVerb; precision: number },
): string {
  const keepsZeros = verb === 'g' || verb === 'G' || verb === 'x'
  let missing = 0
  if (keepsZeros) missing = precision === SHORTEST ? SHARP_DIGITS : precision
  const isHexadecimal = verb === 'x' || verb === 'X'
  const tailAt = text.search(isHexadecimal ? /[pP]/ : /[eEpP]/)
  const tail = tailAt === -1 ? '' : text.slice(tailAt)
  let body = tailAt === -1 ? text : text.slice(0, tailAt)
  const significant = body.slice(1).replace('.', '').replace(/^0+/, '')
  missing -= significant.length
  if (!body.includes('.')) {
    if (body.length === 2 && body.charAt(1) === '0') missing -= 1
    body += '.'
  }
  return body + '0'.repeat(Math.max(missing, 0)) + tail
}
