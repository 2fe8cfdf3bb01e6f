import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EnvsubstError } from './envsubst-error.ts'
import { substitute } from './substitute.ts'

const variables = new Map([
  ['name', 'shop'],
  ['path', '/srv/www/index.html'],
  ['empty', ''],
  ['greek', 'ΑΒγ'],
])

function loose(text: string): string {
  return substitute(text, variables, { unset: 'empty' })
}

function codeOf(text: string, unset: 'error' | 'empty' = 'empty'): string {
  try {
    substitute(text, variables, { unset })
  } catch (error) {
    if (error instanceof EnvsubstError) return error.code
    throw error
  }
  return 'done'
}

test('a default stands in for what is unset or empty, whatever its sign', () => {
  for (const sign of [':=', ':-', '=', ':?', ':+']) {
    expect(loose(`\${none${sign}x}`)).toBe('x')
    expect(loose(`\${empty${sign}x}`)).toBe('x')
    expect(loose(`\${name${sign}x}`)).toBe('shop')
  }
})

test('dollars without braces stay, doubled ones lose one, but not in a default', () => {
  expect(loose('$name $$ $${name} a$$b')).toBe('$name $ ${name} a$b')
  expect(loose('${none:=a$$b}')).toBe('a$$b')
})

test('patterns are globs that go over slashes, replacements are literal', () => {
  expect(loose('${path##*/}')).toBe('index.html')
  expect(loose('${path%.*}')).toBe('/srv/www/index')
  expect(loose('${path#/?r[u-w]/}')).toBe('www/index.html')
  expect(loose('${path//\\//-}')).toBe('-srv-www-index.html')
  expect(loose('${path/*/x}')).toBe('/srv/www/index.html')
})

test('lengths and parts count bytes, and half a character is a lone surrogate', () => {
  expect(loose('${#greek}')).toBe('6')
  expect(loose('${greek:2:2}')).toBe('Β')
  expect(loose('${greek:1:1}').isWellFormed()).toBe(false)
})

test('strict mode refuses what has neither value nor default, naming the place', () => {
  expect(codeOf('${none}', 'error')).toBe('ENVSUBST_UNSET')
  expect(codeOf('${none:=x}', 'error')).toBe('done')
  expect(codeOf('${empty}', 'error')).toBe('done')
  expect(() => substitute('a: 1\nb: ${none}', variables, { unset: 'error' })).toThrow('2:4')
})

test.each(['${', '${}', '${a-b}', '${a.b}', '${ a}', '${a^b}', '${a:', '${a/b}', '${a:=', '${#}'])(
  '%s is no expression',
  (text) => {
    expect(codeOf(text)).toBe('ENVSUBST_SYNTAX')
  },
)

test('a part that upstream crashes on is refused', () => {
  expect(codeOf('${path:5:-9}')).toBe('ENVSUBST_RANGE')
})

test('nesting, matching and output are bounded', () => {
  const nested = `${'${none:='.repeat(200)}x${'}'.repeat(200)}`
  expect(codeOf(nested)).toBe('ENVSUBST_LIMIT')
  const long = new Map([['v', 'a'.repeat(200_000)]])
  const options = { unset: 'empty' } as const
  expect(() => substitute('${v##*a*a*a*b}', long, options)).toThrow('ENVSUBST_LIMIT')
  expect(() => substitute('${v//a/${v}}', long, options)).toThrow('ENVSUBST_LIMIT')
  expect(() => substitute('${v}'.repeat(1000), long, options)).toThrow('ENVSUBST_LIMIT')
})

test('a text without dollars is left alone, and values are not looked at again', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, value) => {
      const plain = text.replaceAll(/[$\0]/g, '')
      expect(loose(plain)).toBe(plain)
      const only = new Map([['v', value]])
      expect(substitute(`<\${v}>`, only, { unset: 'error' })).toBe(`<${value}>`)
    }),
  )
})

test('every text gives a result or a refusal', () => {
  const piece = fc.constantFrom(
    '${',
    '}',
    'name',
    ':',
    '=',
    '-',
    '#',
    '%',
    '/',
    '^',
    ',',
    '$',
    '\\',
    '*',
    '[',
    '1',
    'é',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(typeof codeOf(pieces.join(''))).toBe('string')
    }),
  )
})
