import type { PrintedLine } from './written-lines.ts'

/** A comment on lines of its own. */
interface Comment {
  readonly text: string
  readonly line: number
  readonly column: number
}

export interface Comments {
  readonly own: readonly Comment[]
  /** Behind something, by line. */
  readonly behind: ReadonlyMap<number, string>
  /** Lines with something on them. */
  readonly taken: ReadonlySet<number>
}

/** Finds the comments of a text. `inside` are the lines of texts in blocks. `undefined` where quotes go over several lines. */
export function findComments(text: string, inside: ReadonlySet<number>): Comments | undefined {
  const own: Comment[] = []
  const behind = new Map<number, string>()
  const taken = new Set<number>()
  for (const [at, raw] of text.split('\n').entries()) {
    const line = at + 1
    if (raw.trim() === '') continue
    taken.add(line)
    if (inside.has(line)) continue
    const start = commentStart(raw)
    if (start === 'open') return undefined
    const comment = start === undefined ? undefined : raw.slice(start).trimEnd()
    if (comment !== undefined && raw.slice(0, start).trim() === '')
      own.push({ text: comment, line, column: (start ?? 0) + 1 })
    else if (comment !== undefined) behind.set(line, comment)
  }
  return { own, behind, taken }
}

// A quote opens at the start of something; elsewhere it is a part of a plain text.
const QUOTED = /(?<=^|[\s[{,])(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')/gu
const OPEN_QUOTE = /(?:^|[\s[{,])["']/u

/** Where the comment of a line begins; `open` when a quote or bracket does not end on it. */
function commentStart(line: string): number | undefined | 'open' {
  const bare = line.replaceAll(QUOTED, (quoted) => 'q'.repeat(quoted.length))
  const sign = /(?:^|\s)#/u.exec(bare)
  const start = sign === null ? undefined : sign.index + sign[0].length - 1
  const content = bare.slice(0, start)
  const flow = content.slice(content.search(/(?<=^|\s)[[{]/u))
  const isOpen = /^[[{]/u.test(flow) && countOf(flow, /[[{]/gu) !== countOf(flow, /[\]}]/gu)
  return isOpen || OPEN_QUOTE.test(content) ? 'open' : start
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

/** The lines with their comments, where yaml.v3 puts them: it keeps empty lines only behind what it takes for the end of something. */
export function withComments(lines: readonly PrintedLine[], comments: Comments): string {
  const out: string[] = []
  const waiting = [...comments.own]
  const passed: PrintedLine[] = []
  for (const printed of lines) {
    const { line } = printed
    if (line !== undefined) {
      const before = takeBefore(waiting, line)
      out.push(...placed(before, { passed, next: printed, comments }))
      passed.push(printed)
    }
    const behind = line === undefined ? undefined : comments.behind.get(line)
    out.push(behind === undefined ? printed.text : `${printed.text} ${behind}`)
  }
  out.push(...placed(waiting, { passed, next: undefined, comments }))
  return out.join('\n')
}

function takeBefore(waiting: Comment[], line: number): readonly Comment[] {
  const count = waiting.findIndex((comment) => comment.line > line)
  return waiting.splice(0, count < 0 ? waiting.length : count)
}

interface Surroundings {
  readonly passed: readonly PrintedLine[]
  readonly next: PrintedLine | undefined
  readonly comments: Comments
}

/** Comments between two lines, with the empty lines that stay. */
function placed(between: readonly Comment[], around: Surroundings): readonly string[] {
  const out: string[] = []
  const blocks = blocksOf(between)
  for (const [at, block] of blocks.entries()) {
    const { indent, isEnd } = placeOf(block, around)
    const isFinal = around.next === undefined && at === blocks.length - 1
    if (isFinal && at === 0 && isApart(block, around)) out.push('')
    for (const text of block.texts) out.push(`${' '.repeat(indent)}${text}`)
    const isLevel = around.next === undefined || indent === around.next.columns[0]?.[1]
    if (!isFinal && isLevel && (isEnd || isFoot(block, around))) out.push('')
  }
  return out
}

/** At the end of the text, behind an empty line. */
function isApart({ from }: Block, { passed, comments }: Surroundings): boolean {
  return passed.length > 0 && !comments.taken.has(from - 1)
}

/** Right behind something that is complete, and with an empty line behind it; or at the start of the text. */
function isFoot({ from, to }: Block, { passed, comments }: Surroundings): boolean {
  if (comments.taken.has(to + 1)) return false
  const before = passed.at(-1)
  return before === undefined || (before.opens !== true && comments.taken.has(from - 1))
}

/** Comments at one column with no line between them. */
interface Block {
  readonly texts: string[]
  readonly column: number
  readonly from: number
  to: number
}

function blocksOf(comments: readonly Comment[]): readonly Block[] {
  const blocks: Block[] = []
  for (const { text, line, column } of comments) {
    const above = blocks.at(-1)
    if (above?.to === line - 1 && above.column === column) {
      above.texts.push(text)
      above.to = line
    } else blocks.push({ texts: [text], column, from: line, to: line })
  }
  return blocks
}

/** A comment that stands deeper than what follows belongs to the end of what is before. */
function placeOf(
  { column }: Block,
  { passed, next }: Surroundings,
): { readonly indent: number; readonly isEnd: boolean } {
  const [was, is] = next?.columns[0] ?? [0, 0]
  if (next !== undefined && column <= was) return { indent: is, isEnd: false }
  const isAbove = ([from]: readonly [number, number]): boolean => from <= column
  const above = passed.findLast(({ columns }) => columns.some(isAbove))
  return { indent: above?.columns.findLast(isAbove)?.[1] ?? 0, isEnd: next !== undefined }
}
