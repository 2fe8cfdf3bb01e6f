import { printJson } from '../json/print-json.ts'
import { Cursor } from '../scanner/cursor.ts'
import { scanQuotedScalar } from '../scanner/scan-quoted-scalar.ts'
import { YamlError } from '../yaml-error.ts'

/** DEL, C1 controls, U+FFFE and U+FFFF: Go's JSON writes them as they are, and the YAML reader behind it has its own idea. */
const SPECIAL = /[\u007F-\u009F\uFFFE\uFFFF]/
const FORBIDDEN = /[\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]/

/** Whether sigs.k8s.io/yaml loses something of a text, or refuses it, on its way through JSON. */
export function needsJson(text: string): boolean {
  return SPECIAL.test(text)
}

/**
 * A text as sigs.k8s.io/yaml has it after JSON: NEL is a line break to YAML, so it is folded away like one. Throws
 * YAML_ENCODING for what YAML does not allow.
 */
export function throughJson(text: string): string {
  if (FORBIDDEN.test(text)) {
    throw new YamlError('YAML_ENCODING', 'control character in a text to be printed', {
      upstream: 'yaml: control characters are not allowed',
    })
  }
  const escaped = JSON.stringify(text.toWellFormed()).replaceAll(
    /[\u2028\u2029]|[\uD800-\uDBFF][\uDC00-\uDFFF]/g,
    escapeForYaml,
  )
  return scanQuotedScalar(new Cursor(`${escaped}\0\0\0\0`, 'yaml2'), 'double-quoted').value
}

/** A key of JSON on one line can be read as YAML up to this length, quotes and escapes included. */
const KEY_LENGTH_MAX = 1024
const ESCAPE_LENGTH_MAX = 6

/** A key as `throughJson` has a text. Throws YAML_KEY where YAML does not see a key in the JSON any more. */
export function keyThroughJson(key: string): string {
  if (key.length * ESCAPE_LENGTH_MAX <= KEY_LENGTH_MAX - 2 && !needsJson(key)) return key
  const written = throughJson(key)
  const length = printJson(key).length
  if (!key.includes('\u0085') && length <= KEY_LENGTH_MAX) return written
  throw new YamlError(
    'YAML_KEY',
    `a key of ${key.length} characters, or with a line break U+0085`,
    {
      upstream: "yaml: did not find expected ',' or '}'",
    },
  )
}

function escapeForYaml(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? character : `\\u${code.toString(16)}`
}
