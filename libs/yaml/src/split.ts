import { YamlError } from './yaml-error.ts'

const MARK = '---'

/**
 * The manifests of a text as Helm 3.22 cuts them (`releaseutil.SplitManifests`): at every `---` that starts a line, be it inside a
 * block scalar, with the blanks around it; nothing that is empty. Linear in the text.
 */
export function splitHelmManifests(text: string): readonly string[] {
  const body = goTrim(text)
  const parts: string[] = []
  let from = 0
  let mark = body.startsWith(MARK) ? 0 : body.indexOf(`\n${MARK}`)
  while (mark >= 0) {
    const end = startOfBlanks(body, mark, from)
    if (end > from) parts.push(goTrim(body.slice(from, end)))
    from = skipBlanks(body, body.indexOf(MARK, mark) + MARK.length)
    // Blanks that were taken cannot be the line break of the next mark.
    mark = body.indexOf(`\n${MARK}`, from)
  }
  if (from < body.length) parts.push(goTrim(body.slice(from)))
  return parts
}

/** What Go's regular expressions call blank. */
function isRe2Blank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d
}

function startOfBlanks(text: string, end: number, from: number): number {
  let start = end
  while (start > from && isRe2Blank(text.charCodeAt(start - 1))) start -= 1
  return start
}

function skipBlanks(text: string, from: number): number {
  let end = from
  while (isRe2Blank(text.charCodeAt(end))) end += 1
  return end
}

/** Go's `strings.TrimSpace`: what JavaScript trims, with NEL but without the byte order mark. */
function goTrim(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isGoSpace(text.charAt(from))) from += 1
  while (to > from && isGoSpace(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function isGoSpace(character: string): boolean {
  if (character === '\u0085') return true
  return character !== '\uFEFF' && character.trim() === ''
}

/** A part of a text, and the line on which it starts, counted from 1. */
export interface TextPart {
  readonly text: string
  readonly line: number
}

/**
 * The documents of a text as kyaml v0.21.2 cuts them: at lines that start with `---`, behind which only a comment may stand. CR LF
 * becomes LF before. Throws YAML_SYNTAX for anything else behind a mark.
 */
export function splitKustomizeResources(text: string): readonly TextPart[] {
  const body = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text
  const parts: TextPart[] = []
  let from = 0
  let line = 1
  for (let mark = findMark(body, 0); mark >= 0; mark = findMark(body, from)) {
    const end = body.indexOf('\n', mark + 1)
    const part = body.slice(from, mark + 1)
    const separator = body.slice(mark, end)
    const markLine = line + countBreaks(part)
    checkSeparator(separator, markLine)
    parts.push({ text: part, line })
    from = end + 1
    line = markLine + 1
  }
  if (body !== '') parts.push({ text: body.slice(from), line })
  return parts
}

/** A mark has a line break on both sides; one that ends the text is none. */
function findMark(text: string, from: number): number {
  const mark = text.indexOf(`\n${MARK}`, from)
  return mark >= 0 && text.includes('\n', mark + 1) ? mark : -1
}

function countBreaks(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function checkSeparator(separator: string, line: number): void {
  const rest = goTrim(separator.slice(1 + MARK.length))
  if (rest === '' || rest.startsWith('#')) return
  throw new YamlError('YAML_SYNTAX', `text behind --- at line ${line}`, {
    position: { line, column: 1 + MARK.length },
    upstream: `invalid document separator: ${goTrim(separator)}`,
  })
}
