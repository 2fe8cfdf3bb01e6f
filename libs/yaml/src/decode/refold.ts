import { isBlank, isBlankOrEnd, isBreak } from '../characters.ts'
import { allowsLiteral } from '../print/scalar-style.ts'
import { chompingHint, indentationHint } from '../print/write-scalar.ts'
import { Cursor } from '../scanner/cursor.ts'
import { scanBlockScalar } from '../scanner/scan-block-scalar.ts'

const INDENT = '  '

/**
 * What becomes of a folded text when Kustomize writes its tree and reads it again: go-yaml's emitter adds a line break
 * after a paragraph also where more indented lines follow, which its reader does not take away.
 */
export function refold(text: string): string {
  if (!allowsLiteral(text)) return text // Written in double quotes, and read again as it was.
  const header = `>${indentationHint(text)}${chompingHint(text)}\n`
  const cursor = new Cursor(`${header}${fold(text)}\0\0\0\0`, 'yaml3')
  return scanBlockScalar(cursor, 'folded', 0).value
}

function fold(text: string): string {
  let folded = ''
  let [breaks, leadingSpaces] = [true, true]
  const keepsBreaks = startsBlank(text)
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (isBreak(code)) {
      if (!breaks && !leadingSpaces && code === 0x0a && !keepsBreaks) folded += '\n'
      folded += text.charAt(index)
      breaks = true
    } else {
      if (breaks) {
        folded += INDENT
        leadingSpaces = isBlank(code)
      }
      folded += text.charAt(index)
      breaks = false
    }
  }
  return folded
}

/** libyaml looks at the first line of the text where it means the next one. */
function startsBlank(text: string): boolean {
  let index = 0
  while (isBreak(text.charCodeAt(index))) index += 1
  return index >= text.length || isBlankOrEnd(text.charCodeAt(index))
}
