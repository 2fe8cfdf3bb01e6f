// A terminal as a picture: the same screen gives the same bytes.
import type { Cell } from './screen.ts'

const CHARACTER = 8.4 // Width of one at 14 px in every common monospace font.
const LINE = 19
const MARGIN = 16
const BAR = 30

const COLORS: Readonly<Record<string, string>> = {
  '': '#d8dee9',
  '1': '#ffffff',
  '2': '#7b8494',
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#f2cc60',
}

/** Draws a screen under a title. */
export function svgOf(title: string, lines: readonly (readonly Cell[])[]): string {
  const columns = Math.max(60, ...lines.map((line) => line.length))
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN)
  const height = BAR + lines.length * LINE + MARGIN
  const rows = lines.map((line, index) => rowOf(line, BAR + (index + 1) * LINE - 5))
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#161b22"/>`,
    ...['#ff5f56', '#ffbd2e', '#27c93f'].map(
      (fill, index) => `<circle cx="${18 + index * 18}" cy="15" r="5.5" fill="${fill}"/>`,
    ),
    `<text x="${width / 2}" y="20" text-anchor="middle" fill="#7b8494" font-family="sans-serif" font-size="13">${escape(title)}</text>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
  ].join('\n')}\n`
}

function rowOf(line: readonly Cell[], y: number): string {
  const runs: { column: number; style: string; text: string }[] = []
  for (const [column, { text, style }] of line.entries()) {
    const last = runs.at(-1)
    if (last !== undefined && last.style === style) last.text += text
    else runs.push({ column, style, text })
  }
  return runs
    .filter(({ text }) => text.trim() !== '')
    .map(({ column, style, text }) => {
      const lead = text.length - text.trimStart().length
      const shown = text.trim()
      const x = (MARGIN + (column + lead) * CHARACTER).toFixed(1)
      const weight = style === '1' ? ' font-weight="bold"' : ''
      // The length holds columns in place whatever font there is.
      const length = (shown.length * CHARACTER).toFixed(1)
      return `<text x="${x}" y="${y}" fill="${COLORS[style] ?? COLORS['']}"${weight} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escape(shown)}</text>`
    })
    .join('')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
