import { type FlavourRules } from '../flavour.ts'

/** What RE2's `\s` is. */
const SPACES = new Set(['\t', '\n', '\f', '\r', ' '])
const MARK = '\n---'

/**
 * The documents of a rendered file, at each `---` at the start of a line. It is no YAML parser: one within a
 * block of text splits too, as upstream. Helm 3.22 takes all space around it away, Helm 4 the blanks behind it,
 * and the space before a document but not that behind it. Of more than `most` documents some are left out.
 */
export function splitManifests(
  output: string,
  { separators, most }: { separators: FlavourRules['separators']; most: number },
): readonly string[] {
  if (separators === 'all-space') return splitWithSpace(output, most)
  return trimmedStart(output)
    .split(/(?<![^\n])---[ \t]*/, most + 1)
    .map(trimmedStart)
    .filter((document) => document !== '')
}

function trimmedStart(text: string): string {
  let from = 0
  while (from < text.length && isSpace(text.charCodeAt(from))) from += 1
  return text.slice(from)
}

function splitWithSpace(output: string, most: number): readonly string[] {
  const text = trimmed(output)
  const documents: string[] = []
  let from = 0
  let mark = text.startsWith('---') ? 0 : text.indexOf(MARK)
  while (mark !== -1 && documents.length <= most) {
    const start = mark === 0 && text.startsWith('---') ? 0 : spaceBefore(text, mark, from)
    add(documents, text.slice(from, start))
    from = spaceAfter(text, text.indexOf('---', mark) + 3)
    // The line end before the next mark may already have been taken as space behind this one.
    mark = text.indexOf(MARK, from)
  }
  add(documents, text.slice(from))
  return documents
}

function add(documents: string[], piece: string): void {
  if (piece !== '') documents.push(trimmed(piece))
}

/** `\s*\n`: the first of the spaces that lead to the line end at `mark`. */
function spaceBefore(text: string, mark: number, from: number): number {
  let at = mark
  while (at > from && SPACES.has(text.charAt(at - 1))) at -= 1
  return at
}

function spaceAfter(text: string, from: number): number {
  let at = from
  while (at < text.length && SPACES.has(text.charAt(at))) at += 1
  return at
}

/** `strings.TrimSpace` over the spaces that matter in YAML, and those of Latin 1. */
function trimmed(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isSpace(text.charCodeAt(from))) from += 1
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
