import { terminalWishes } from '../config.ts'

export type Tone = 'good' | 'bad' | 'busy' | 'faint' | 'strong'
export type ColorMode = 'auto' | 'always' | 'never'

const CODES: Readonly<Record<Tone, string>> = {
  good: '32',
  bad: '31',
  busy: '33',
  faint: '2',
  strong: '1',
}

const WIDTH = 100 // Where no terminal says how wide it is.
const HEIGHT = 30

let mode: ColorMode = 'auto'

/** What `--color` says; `auto` looks at the terminal and at NO_COLOR, FORCE_COLOR and TERM. */
export function setColorMode(wanted: ColorMode): void {
  mode = wanted
}

/** A text in a tone, where the stream takes colours. Meaning never hangs on the colour alone. */
export function paint(stream: NodeJS.WriteStream, text: string, tone: Tone | undefined): string {
  return tone === undefined || text === '' || !hasColors(stream)
    ? text
    : `\u{1b}[${CODES[tone]}m${text}\u{1b}[0m`
}

/** Whether lines that were written can be written over. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && terminalWishes().term !== 'dumb'
}

export function sizeOf(stream: NodeJS.WriteStream): {
  readonly columns: number
  readonly rows: number
} {
  // A stream that is no terminal has neither, whatever its type says; some terminals say 0.
  const { columns, rows } = stream
  return { columns: columns || WIDTH, rows: rows || HEIGHT }
}

function hasColors(stream: NodeJS.WriteStream): boolean {
  if (mode !== 'auto') return mode === 'always'
  const { noColor, forceColor, term } = terminalWishes()
  if (noColor) return false
  return forceColor || (stream.isTTY && term !== 'dumb')
}

/** Lines that are drawn over again in place. */
export class LiveLines {
  readonly #stream: NodeJS.WriteStream
  #drawn = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** Shows these in place of the last ones; what does not fit on the screen is left out. */
  draw(lines: readonly string[]): void {
    const { columns, rows } = sizeOf(this.#stream)
    const fit = lines.slice(0, rows - 2).map((line) => cut(line, columns - 1))
    const up = this.#drawn === 0 ? '' : `\u{1b}[${this.#drawn}A`
    this.#stream.write(`${up}\u{1b}[J${fit.map((line) => `${line}\n`).join('')}`)
    this.#drawn = fit.length
  }

  /** The next ones come below. */
  keep(): void {
    this.#drawn = 0
  }
}

// oxlint-disable-next-line no-control-regex -- That is what they begin with.
const ESCAPES = /(\u{1b}\[[0-9;]*m)/u

/** The text as wide as it may be; escape sequences have no width. */
function cut(text: string, width: number): string {
  let left = width
  const parts = text.split(ESCAPES).map((part, index) => {
    if (index % 2 === 1) return part
    const shown = part.slice(0, left)
    left -= shown.length
    return shown
  })
  return parts.join('')
}
