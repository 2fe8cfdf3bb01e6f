/** `abbrev` of sprig: bytes, with three points for what was cut. */
export function abbreviate(text: string, width: number): string {
  return width < 4 ? text : abbreviateFrom(text, 0, width)
}

/** `abbrevboth`: cuts on both sides. */
export function abbreviateBoth(
  text: string,
  { left, right }: { left: number; right: number },
): string {
  if (right < 4 || (left > 0 && right < 7)) return text
  return abbreviateFrom(text, left, right)
}

/** `goutils.AbbreviateFull`. */
function abbreviateFrom(text: string, offset: number, width: number): string {
  if (text.length <= width) return text
  let from = Math.min(offset, text.length)
  if (text.length - from < width - 3) from = text.length - (width - 3)
  if (from <= 4) return `${text.slice(0, width - 3)}...`
  if (width < 7) return ''
  if (from + width - 3 < text.length)
    return `...${width - 3 < 4 ? '' : abbreviateFrom(text.slice(from), 0, width - 3)}`
  return `...${text.slice(text.length - (width - 3))}`
}

export interface WrapOptions {
  readonly width: number
  /** What ends a line; nothing stands for a line feed. */
  readonly lineEnd: string
  readonly breaksWords: boolean
}

/** `goutils.WrapCustom`: breaks at spaces, in columns of bytes. */
export function wrap(text: string, options: WrapOptions): string {
  const lineEnd = options.lineEnd === '' ? '\n' : options.lineEnd
  const width = Math.max(options.width, 1)
  let wrapped = ''
  let offset = 0
  while (text.length - offset > width) {
    if (text.charAt(offset) === ' ') {
      offset += 1
      continue
    }
    const end = nextBreak(text, { offset, width, breaksWords: options.breaksWords })
    if (end.at === text.length) {
      wrapped += text.slice(offset)
      offset = text.length
      break
    }
    wrapped += text.slice(offset, end.at) + lineEnd
    offset = end.next
  }
  return wrapped + text.slice(offset)
}

function nextBreak(
  text: string,
  { offset, width, breaksWords }: { offset: number; width: number; breaksWords: boolean },
): { at: number; next: number } {
  const space = text.slice(offset, offset + width + 1).lastIndexOf(' ')
  if (space >= 0) return { at: offset + space, next: offset + space + 1 }
  if (breaksWords) return { at: offset + width, next: offset + width }
  const later = text.indexOf(' ', offset + width)
  return later === -1 ? { at: text.length, next: text.length } : { at: later, next: later + 1 }
}
