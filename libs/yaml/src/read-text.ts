import { firstInvalid } from './first-invalid.ts'
import { YamlError, type YamlPosition } from './yaml-error.ts'

/** One belongs to the encoding; go-yaml steps over a second one. */
const BOMS = /^\uFEFF{1,2}/

// What go-yaml's reader refuses: control characters but tab, LF, CR and NEL; U+FFFE and U+FFFF; DEL.
// oxlint-disable-next-line no-control-regex -- These are the characters to be found.
const FORBIDDEN = /[\0-\u0008\v\f\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]/

/** Four NULs, so that the scanner may look three characters ahead anywhere. */
const TAIL = '\0\0\0\0'

/**
 * The text that the scanner works on: decoded, without a byte order mark, ended by four NULs. Refuses UTF-16,
 * invalid UTF-8, lone surrogates and control characters as YAML_ENCODING.
 */
export function readText(input: string | Uint8Array): string {
  const text = typeof input === 'string' ? input : decode(input)
  const body = text.replace(BOMS, '')
  refuseControls(body)
  if (!body.isWellFormed())
    throw encodingError(
      `lone surrogate at offset ${loneSurrogate(body)}`,
      'invalid Unicode character',
    )
  return body + TAIL
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw encodingError(
      'UTF-16, only UTF-8 is read, at byte offset 0',
      'invalid leading UTF-8 octet',
    )
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const { offset, reason } = firstInvalid(bytes)
    // Whichever comes first is what the text is refused for.
    refuseControls(new TextDecoder().decode(bytes.subarray(0, offset)))
    throw encodingError(`invalid UTF-8 at byte offset ${offset}`, reason)
  }
}

function loneSurrogate(text: string): number {
  return text.search(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/)
}

function refuseControls(text: string): void {
  const found = FORBIDDEN.exec(text)
  if (found === null) return
  const offset = found.index
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0')
  throw encodingError(
    `U+${code} at offset ${offset}, ${line}:${column}`,
    'control characters are not allowed',
    { line, column },
  )
}

function encodingError(problem: string, upstream: string, position?: YamlPosition): YamlError {
  return new YamlError('YAML_ENCODING', problem, { upstream: `yaml: ${upstream}`, position })
}
