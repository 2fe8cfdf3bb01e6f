import { toValue, type YamlValue } from '@tidemark/yaml'

const INTEGER = /^(?:0|[1-9][0-9]{0,14})$/
const TIMESTAMP = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/
const BASED = /^[-+]?0[xXoObB]/

/** The tag that yaml.v3 gives to a plain text, short form. */
export function plainTag(value: string): string {
  const first = value.charCodeAt(0)
  // Anything but a digit, a sign, a dot, `~` or the first letter of true, false and null is a text.
  if (first > 0x39 ? !'~tTfFnN'.includes(value.charAt(0)) || value.length > 5 : first < 0x2b) {
    return '!!str'
  }
  if (INTEGER.test(value)) return '!!int'
  return tagOf(resolved(value), value)
}

/** The value of a plain text by the rules of yaml.v3. */
export function resolved(value: string): YamlValue {
  return toValue(
    { kind: 'scalar', tag: '', anchor: '', value, style: 'plain', line: 1, column: 1 },
    { flavour: 'yaml3', duplicateKeys: 'error' },
  )
}

function tagOf(meaning: YamlValue, value: string): string {
  switch (typeof meaning) {
    case 'boolean':
      return '!!bool'
    case 'bigint':
      return '!!int'
    case 'number':
      return isWholeText(value, meaning) ? '!!int' : '!!float'
    case 'string':
      return TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10)))
        ? '!!timestamp'
        : '!!str'
    default:
      return '!!null'
  }
}

// A whole number of more than 64 bits is a float.
function isWholeText(value: string, meaning: number): boolean {
  return BASED.test(value) || (!/[.eEfFnN]/.test(value) && Number.isSafeInteger(meaning))
}
