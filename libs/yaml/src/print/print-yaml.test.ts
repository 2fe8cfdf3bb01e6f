import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseYaml } from '../read.ts'
import type { YamlValue } from '../value.ts'
import { printYaml } from './print-yaml.ts'

function mapOf(entries: Readonly<Record<string, YamlValue>>): YamlValue {
  return new Map(Object.entries(entries))
}

test('lists stand at the column of their key in v2, two further in v3', () => {
  const value = mapOf({ a: [mapOf({ b: 1, c: [1, [2]] })], d: mapOf({}), e: [] })
  expect(printYaml(value, 'yaml2')).toBe('a:\n- b: 1\n  c:\n  - 1\n  - - 2\nd: {}\ne: []\n')
  expect(printYaml(value, 'yaml3')).toBe(
    'a:\n  - b: 1\n    c:\n      - 1\n      - - 2\nd: {}\ne: []\n',
  )
})

test('what another reader would take for something else is quoted', () => {
  const texts = ['yes', 'null', '1', '1e3', '0x1f', '1:30', '2021-01-01', '', '~', '.inf']
  for (const text of texts) expect(printYaml(text, 'yaml2')).toBe(`"${text}"\n`)
  const bare = ['abc', 'a b', 'a:b', '1.2.3', '=', '<<', 'http://x/y?z#w', '-x', '/']
  for (const text of bare) expect(printYaml(text, 'yaml2')).toBe(`${text}\n`)
  const quoted = ['- a', '#x', 'a: b', 'a #b', '*a', '@x', "'", '%', ' a', 'a ', '---']
  for (const text of quoted) {
    expect(printYaml(text, 'yaml2')).toBe(`'${text.replaceAll("'", "''")}'\n`)
  }
})

test('texts with line breaks are literal, unless a reader would lose something', () => {
  expect(printYaml(mapOf({ a: 'x\ny' }), 'yaml2')).toBe('a: |-\n  x\n  y\n')
  expect(printYaml(mapOf({ a: 'x\n\n' }), 'yaml2')).toBe('a: |+\n  x\n\n')
  expect(printYaml(mapOf({ a: ' x\n' }), 'yaml2')).toBe('a: |2\n   x\n')
  expect(printYaml(mapOf({ a: 'x \ny' }), 'yaml2')).toBe('a: "x \\ny"\n')
  expect(printYaml(mapOf({ a: 'x\ty\nz' }), 'yaml2')).toBe('a: "x\\ty\\nz"\n')
  expect(printYaml(mapOf({ a: 'x\ty\nz' }), 'yaml3')).toBe('a: |-\n  x\ty\n  z\n')
})

test('v2 folds at the first blank behind column 80, v3 never', () => {
  const words = Array.from({ length: 30 }, () => 'word').join(' ')
  const lines = printYaml(mapOf({ a: words }), 'yaml2').split('\n')
  expect(lines.map((line) => line.length)).toEqual([82, 71, 0])
  expect(printYaml(mapOf({ a: words }), 'yaml3')).toBe(`a: ${words}\n`)
})

test('keys are ordered by their numbers, letters last', () => {
  const value = mapOf({ a10: 1, a2: 1, B: 1, _: 1, '1': 1, a: 1, 'a-b': 1 })
  const keys = printYaml(value, 'yaml2').match(/^[^:]+/gm)
  expect(keys).toEqual(['_', '"1"', 'B', 'a', 'a-b', 'a2', 'a10'])
})

test('numbers without a fraction are integers for v2, floats for v3', () => {
  const numbers = [1000000, 1e20, 1.5, -0, 1e-7, 18446744073709551615n, 1234567.5]
  const print = (style: 'yaml2' | 'yaml2-direct' | 'yaml3'): string[] =>
    numbers.map((number) => printYaml(number, style).trimEnd())
  expect(print('yaml2')).toEqual([
    '1000000',
    '1e+20',
    '1.5',
    '0',
    '1e-07',
    '18446744073709551615',
    '1.2345675e+06',
  ])
  expect(print('yaml3').slice(0, 4)).toEqual(['1e+06', '1e+20', '1.5', '-0'])
  expect(print('yaml2-direct')).toEqual(print('yaml3'))
})

test('what cannot be printed is refused', () => {
  const cyclic = new Map<string, YamlValue>()
  cyclic.set('self', cyclic)
  expect(() => printYaml(cyclic, 'yaml2')).toThrow('YAML_DEPTH')
  expect(() => printYaml(Number.NaN, 'yaml2')).toThrow('YAML_NUMBER')
  expect(() => printYaml('\u007F', 'yaml2')).toThrow('YAML_ENCODING')
  expect(() => printYaml(mapOf({ ['k'.repeat(2000)]: 1 }), 'yaml2')).toThrow('YAML_KEY')
  const list = Array.from({ length: 1000 }, () => 'x')
  expect(() => printYaml(list, 'yaml2', { lengthMax: 1000 })).toThrow('YAML_OUTPUT')
})

/** Texts with the characters that matter, and some that do not. */
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        'a',
        'b ',
        ' ',
        '\n',
        '\n\n',
        ': ',
        ' #',
        '- ',
        "'",
        '"',
        '\\',
        '\t',
        '1',
        '.',
        '~',
        'é',
        '日',
        'yes',
        '|',
        '>',
        '\u2028',
        'word ',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
)

const number: fc.Arbitrary<number | bigint> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
)

const { value } = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<YamlValue>(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
}))

/** What JSON makes of a value: one zero, and integers that need no more than 53 bits as numbers. */
function normalized(given: YamlValue): YamlValue {
  if (typeof given === 'bigint') return Number.isSafeInteger(Number(given)) ? Number(given) : given
  if (typeof given === 'number') return given === 0 ? 0 : given
  if (given instanceof Map) {
    return new Map([...given].map(([key, child]) => [key, normalized(child)]))
  }
  return Array.isArray(given) ? given.map(normalized) : given
}

/** A float that needs more than 53 bits has digits of its own in YAML. */
function isEqual(printed: YamlValue, given: YamlValue): boolean {
  if (typeof given === 'number' || typeof given === 'bigint')
    return Number(printed) === Number(given)
  if (given instanceof Map) {
    if (!(printed instanceof Map) || printed.size !== given.size) return false
    return [...given].every(([key, child]) => isEqual(printed.get(key) ?? null, child))
  }
  if (!Array.isArray(given)) return printed === given
  return (
    Array.isArray(printed) && given.every((child, index) => isEqual(printed[index] ?? null, child))
  )
}

test('what is printed is read as it was', () => {
  fc.assert(
    fc.property(value, fc.constantFrom('yaml2', 'yaml3' as const), (given, style) => {
      let printed: string
      try {
        printed = printYaml(given, style)
      } catch {
        return // A control character, which YAML does not allow.
      }
      if (/\|[-+]?\n *\t/.test(printed)) return // v3 cannot read its own block that starts with a tab.
      const read = parseYaml(printed, { flavour: 'yaml2', duplicateKeys: 'error' })
      expect(isEqual(normalized(read), normalized(given))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('printing what was read gives the same text, in any order of keys', () => {
  fc.assert(
    fc.property(value, (given) => {
      fc.pre(!/[\u007F-\u009F\uFFFE\uFFFF]/.test(JSON.stringify(plain(given))))
      const once = printYaml(given, 'yaml2')
      const read = parseYaml(once, { flavour: 'yaml2', duplicateKeys: 'error' })
      expect(printYaml(read, 'yaml2')).toBe(once)
      expect(printYaml(reversed(given), 'yaml2')).toBe(once)
    }),
    { numRuns: 300 },
  )
})

function plain(given: YamlValue): unknown {
  if (given instanceof Map) return [...given].map(([key, child]) => [key, plain(child)])
  if (Array.isArray(given)) return given.map(plain)
  return typeof given === 'bigint' ? String(given) : given
}

function reversed(given: YamlValue): YamlValue {
  if (given instanceof Map) {
    return new Map([...given].toReversed().map(([key, child]) => [key, reversed(child)]))
  }
  return Array.isArray(given) ? given.map(reversed) : given
}
