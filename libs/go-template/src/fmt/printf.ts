import { GoInteger, isObject, typeName, type Value } from '../values.ts'
import { measure } from '../measure.ts'
import { printed } from './print.ts'
import { Printer, verbAt } from './printer.ts'

/** Go refuses a larger width, precision or argument number. */
const NUMBER_MAX = 1_000_000

/** `fmt.Sprintf` of Go 1.26, with its marks for missing, extra and badly typed operands. */
export function sprintf(format: string, args: readonly Value[]): string {
  for (const arg of args) measure(arg)
  return new Printf(format, args).run()
}

/** What formatting may produce at most: a width per verb, and the operands' own size is counted elsewhere. */
export function widthsOf(format: string): number {
  let total = 0
  for (const match of format.matchAll(/\d{3,7}/g)) total += Math.min(Number(match[0]), NUMBER_MAX)
  return total
}

class Printf {
  readonly #format: string
  readonly #args: readonly Value[]
  readonly #printer = new Printer()
  #at = 0
  #argument = 0
  #isReordered = false
  #isGoodIndex = true
  #isAfterIndex = false

  constructor(format: string, args: readonly Value[]) {
    this.#format = format
    this.#args = args
  }

  run(): string {
    const { format } = this.#printer
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at)
      const end = percent === -1 ? this.#format.length : percent
      format.output += this.#format.slice(this.#at, end)
      this.#at = end + 1
      if (percent === -1) break
      this.#isGoodIndex = true
      this.#isAfterIndex = false
      format.clearFlags()
      if (!this.#directive()) break
    }
    this.#extra()
    return format.output
  }

  /** One directive after its `%`; false at the end of the format. */
  #directive(): boolean {
    if (this.#flags()) return true
    this.#index()
    this.#width()
    this.#precision()
    if (!this.#isAfterIndex) this.#index()
    if (this.#at >= this.#format.length) {
      this.#printer.format.output += '%!(NOVERB)'
      return false
    }
    const verb = verbAt(this.#format, this.#at)
    this.#at += verb.length
    if (verb === '%') this.#printer.format.output += '%'
    else if (!this.#isGoodIndex) this.#printer.format.output += `%!${verb}(BADINDEX)`
    else if (this.#argument >= this.#args.length)
      this.#printer.format.output += `%!${verb}(MISSING)`
    else this.#print(verb)
    return true
  }

  /** Reads flags; true where a simple verb followed and was printed. */
  #flags(): boolean {
    const { format } = this.#printer
    for (; this.#at < this.#format.length; this.#at++) {
      const char = this.#format.charAt(this.#at)
      if (char === '#') format.sharp = true
      else if (char === '0') format.zero = true
      else if (char === '+') format.plus = true
      else if (char === '-') format.minus = true
      else if (char === ' ') format.space = true
      else {
        if (!/[a-z]/.test(char) || this.#argument >= this.#args.length) return false
        this.#at += 1
        this.#print(char)
        return true
      }
    }
    return false
  }

  #print(verb: string): void {
    const { format } = this.#printer
    if (verb === 'v' || verb === 'w') {
      format.sharpV = format.sharp
      format.sharp = false
      format.plusV = format.plus
      format.plus = false
    }
    this.#printer.argument(this.#args[this.#argument], verb)
    this.#argument += 1
  }

  #width(): void {
    const { format } = this.#printer
    if (this.#format.charAt(this.#at) === '*') {
      this.#at += 1
      const value = this.#integerArgument()
      format.hasWidth = value !== undefined
      if (value === undefined) format.output += '%!(BADWIDTH)'
      format.width = Math.abs(value ?? 0)
      if ((value ?? 0) < 0) {
        format.minus = true
        format.zero = false
      }
      this.#isAfterIndex = false
      return
    }
    const value = this.#number()
    format.hasWidth = value !== undefined
    format.width = value ?? 0
    if (this.#isAfterIndex && format.hasWidth) this.#isGoodIndex = false
  }

  #precision(): void {
    if (this.#at + 1 >= this.#format.length || this.#format.charAt(this.#at) !== '.') return
    const { format } = this.#printer
    this.#at += 1
    if (this.#isAfterIndex) this.#isGoodIndex = false
    this.#index()
    if (this.#format.charAt(this.#at) !== '*') {
      format.precision = this.#number() ?? 0
      format.hasPrecision = true
      return
    }
    this.#at += 1
    const value = this.#integerArgument()
    format.hasPrecision = value !== undefined && value >= 0
    format.precision = format.hasPrecision ? (value ?? 0) : 0
    if (!format.hasPrecision) format.output += '%!(BADPREC)'
    this.#isAfterIndex = false
  }

  /** `[n]`: the operand that comes next. */
  #index(): void {
    this.#isAfterIndex = false
    if (this.#format.charAt(this.#at) !== '[') return
    this.#isReordered = true
    const close = this.#format.indexOf(']', this.#at)
    if (close === -1) {
      this.#isGoodIndex = false
      this.#at += 1
      return
    }
    const text = this.#format.slice(this.#at + 1, close)
    this.#at = close + 1
    const index = /^\d{1,7}$/.test(text) ? Number(text) - 1 : -1
    if (/^\d{1,7}$/.test(text)) this.#isAfterIndex = true
    if (index >= 0 && index < this.#args.length) this.#argument = index
    else this.#isGoodIndex = false
  }

  #number(): number | undefined {
    const digits = /^\d*/.exec(this.#format.slice(this.#at, this.#at + 16))?.[0] ?? ''
    if (digits === '') return undefined
    if (Number(digits) > NUMBER_MAX * 10) {
      this.#at = this.#format.length
      return undefined
    }
    this.#at += digits.length
    return Number(digits)
  }

  #integerArgument(): number | undefined {
    const value = this.#args[this.#argument]
    if (this.#argument < this.#args.length) this.#argument += 1
    const integer =
      value instanceof GoInteger ? value.value : isObject(value) ? value.integer : undefined
    if (integer === undefined) return undefined
    const number = Number(integer)
    return Math.abs(number) > NUMBER_MAX ? undefined : number
  }

  #extra(): void {
    if (this.#isReordered || this.#argument >= this.#args.length) return
    const left = this.#args.slice(this.#argument)
    const shown = left.map((value) =>
      value === null || value === undefined ? '<nil>' : `${typeName(value)}=${printed(value)}`,
    )
    this.#printer.format.output += `%!(EXTRA ${shown.join(', ')})`
  }
}
