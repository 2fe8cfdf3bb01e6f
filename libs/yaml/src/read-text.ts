import { YamlError } from './yaml-error.ts'

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
  const found = FORBIDDEN.exec(body)
  if (found !== null) throw controlCharacter(body, found.index)
  if (!body.isWellFormed()) throw refuse('lone surrogate', loneSurrogate(body), 'unit')
  return body + TAIL
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw refuse('UTF-16, only UTF-8 is read,', 0, 'byte')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse('invalid UTF-8', firstInvalid(bytes), 'byte')
  }
}

/** Where decoding without an error ends: there the text gets its first replacement character. */
function firstInvalid(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  let offset = 0
  for (const character of text) {
    const length = Buffer.byteLength(character)
    const isReal = character !== '\uFFFD' || isReplacement(bytes, offset)
    if (!isReal) return offset
    offset += length
  }
  return offset
}

function isReplacement(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd
}

function loneSurrogate(text: string): number {
  return text.search(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/)
}

function controlCharacter(text: string, offset: number): YamlError {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0')
  return new YamlError('YAML_ENCODING', `U+${code} at offset ${offset}, ${line}:${column}`, {
    position: { line, column },
    upstream: 'yaml: control characters are not allowed',
  })
}

function refuse(problem: string, offset: number, unit: 'byte' | 'unit'): YamlError {
  const place = unit === 'byte' ? 'byte offset' : 'offset'
  return new YamlError('YAML_ENCODING', `${problem} at ${place} ${offset}`, {
    upstream: offset === 0 ? 'yaml: invalid leading UTF-8 octet' : 'yaml: invalid UTF-8 octet',
  })
}
