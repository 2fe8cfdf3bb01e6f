import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { YamlValue } from '../value.ts'
import { parseJson } from './parse-json.ts'
import { canonicalJson, printJson } from './print-json.ts'

test('keys are sorted by their UTF-8 bytes, and integers keep 64 bits', () => {
  const value = parseJson('{"\u{1F600}":1,"\uE000":2,"b":18446744073709551615,"a":[1.0,1e21]}')
  expect(canonicalJson(value)).toBe(
    '{"a":[1,1e+21],"b":18446744073709551615,"\uE000":2,"\u{1F600}":1}',
  )
})

test('text is escaped as in Go, with or without what HTML means', () => {
  const text = '<&>\u2028\u007F\b\u0001"é\uD800'
  expect(printJson(text)).toBe('"\\u003c\\u0026\\u003e\\u2028\u007F\\b\\u0001\\"é\\ufffd"')
  expect(printJson(text, { html: 'plain' })).toBe('"<&>\\u2028\u007F\\b\\u0001\\"é\\ufffd"')
})

test('indentation is that of MarshalIndent', () => {
  const value = parseJson('{"a":[1,{}],"b":{}}')
  expect(printJson(value, { indent: '  ' })).toBe('{\n  "a": [\n    1,\n    {}\n  ],\n  "b": {}\n}')
})

test('the last of two equal keys wins', () => {
  expect(canonicalJson(parseJson('{"a":1,"a":2}'))).toBe('{"a":2}')
})

test.each([
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{a: 1}', "invalid character 'a' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['01', "invalid character '1' after top-level value"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1e', "invalid character ' ' in exponent of numeric literal"],
  ['-', "invalid character ' ' in numeric literal"],
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['"x', 'unexpected end of JSON input'],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['1e400', 'json: cannot unmarshal number 1e400 into Go value of type float64'],
])('%j is refused in the words of Go', (text, upstream) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ upstream }))
})

test('nesting is bounded when reading and printing', () => {
  expect(() => parseJson('['.repeat(100_000))).toThrow('YAML_DEPTH')
  const cyclic: YamlValue[] = []
  cyclic.push(cyclic)
  expect(() => printJson(cyclic)).toThrow('YAML_DEPTH')
  expect(() => printJson('x'.repeat(2000), { lengthMax: 1000 })).toThrow('YAML_OUTPUT')
})

test('what JavaScript writes is read the same, and printed the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      const text = JSON.stringify(given)
      const printed = canonicalJson(parseJson(text))
      expect(JSON.parse(printed)).toEqual(JSON.parse(text))
      expect(canonicalJson(parseJson(printed))).toBe(printed)
    }),
  )
})
