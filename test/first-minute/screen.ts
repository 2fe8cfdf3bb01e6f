// What a terminal shows: just the escape sequences that our command line writes.

export interface Cell {
  readonly text: string
  /** SGR code of the style, such as `32`; empty for plain. */
  readonly style: string
}

const TOKENS = /\u{1b}\[(\d*)([A-Za-z])|\r\n|\n|\r|[^\u{1b}\r\n]/gu // oxlint-disable-line no-control-regex -- What a terminal reads.

/** The lines of the screen after a text was written to it, without what scrolled away. */
export function screenOf(written: string): readonly (readonly Cell[])[] {
  const lines: Cell[][] = [[]]
  let [row, column, style] = [0, 0, '']
  for (const [token, number = '', command] of written.matchAll(TOKENS)) {
    const count = number === '' ? 1 : Number(number)
    if (command === 'A') row = Math.max(0, row - count)
    else if (command === 'G') column = count - 1
    else if (command === 'J') {
      lines.length = row + 1
      lines[row]?.splice(column)
    } else if (command === 'K') lines[row]?.splice(column)
    else if (command === 'm') style = number === '0' ? '' : number
    else if (token.endsWith('\n')) {
      row += 1
      column = 0
    } else if (token === '\r') column = 0
    else if (command === undefined) {
      put(lines, { row, column }, { text: token, style })
      column += 1
    }
    while (lines.length <= row) lines.push([])
  }
  return lines
}

function put(lines: Cell[][], { row, column }: { row: number; column: number }, cell: Cell): void {
  const line = lines[row] ?? []
  while (line.length < column) line.push({ text: ' ', style: '' })
  line[column] = cell
  lines[row] = line
}

/** The same as text alone. */
export function textOf(screen: readonly (readonly Cell[])[]): string {
  return screen
    .map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n')
}
