import * as fc from 'fast-check'
import { canonicalJson as canonicalYaml } from '@tidemark/yaml'
import { expect, test } from 'vitest'

import { canonicalJson } from './canonical-json.ts'
import { field, type Json, jsonEquals, jsonFromYaml, parseJson, textField } from './json.ts'

test('canonical JSON sorts keys by their UTF-8 bytes and has no spaces', () => {
  expect(canonicalJson({ b: [1, null, true], a: { z: 'x', é: 1.5, '10': 2, '9': 3 } })).toBe(
    '{"a":{"10":2,"9":3,"z":"x","é":1.5},"b":[1,null,true]}',
  )
})

test('integers keep all their digits', () => {
  const text = '{"big":12345678901234567890,"minus":-9007199254740993,"small":1}'
  expect(parseJson(text)).toEqual({
    big: 12345678901234567890n,
    minus: -9007199254740993n,
    small: 1,
  })
  expect(canonicalJson(parseJson(text))).toBe(text)
})

test.for(['9007199254740993', '[1,9007199254740993]', '[-9007199254740993, 9007199254740993]'])(
  'a large integer keeps its digits wherever it stands: %s',
  (text) => {
    expect(canonicalJson(parseJson(text))).toBe(text.replaceAll(' ', ''))
  },
)

test('digits in a text are no integer', () => {
  expect(parseJson('{"a":"12345678901234567890"}')).toEqual({ a: '12345678901234567890' })
})

test('a key of an object is never taken from its prototype', () => {
  expect(field({ a: 1 }, 'constructor')).toBeUndefined()
  expect(textField(parseJson('{"__proto__":{"x":"y"}}'), '__proto__', 'x')).toBe('y')
  expect(canonicalJson(parseJson('{"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1}}')
})

test('a YAML mapping becomes an object, whatever its keys are called', () => {
  const value = jsonFromYaml(
    new Map<string, string | bigint>([
      ['__proto__', 'x'],
      ['b', 18446744073709551615n],
    ]),
  )
  expect(canonicalJson(value)).toBe('{"__proto__":"x","b":18446744073709551615}')
})

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value

test('law: what canonical JSON says, parsing gives back, and it is said the same again', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(parseJson(text))).toBe(text)
    }),
  )
})

test('law: equal values have equal texts, and the other way round', () => {
  fc.assert(
    fc.property(json, json, (left, right) => {
      expect(jsonEquals(left, right)).toBe(canonicalJson(left) === canonicalJson(right))
      expect(jsonEquals(left, parseJson(canonicalJson(left)))).toBe(true)
    }),
  )
})

test('law: the text is that which libs/yaml gives for the same value', () => {
  const text = fc.string({ unit: 'binary' })
  const values = fc.dictionary(
    text,
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true })),
  )
  fc.assert(
    fc.property(values, (value) => {
      const written = new Map(Object.entries(value))
      expect(canonicalJson(jsonFromYaml(written))).toBe(canonicalYaml(written))
    }),
  )
})
