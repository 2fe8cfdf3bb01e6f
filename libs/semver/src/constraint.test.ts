import { expect, test } from 'vitest'
import { formatConstraint, parseConstraint } from './constraint.ts'
import { SemverError } from './semver-error.ts'

test('operators, blanks and commas come out in one spelling', () => {
  expect(formatConstraint(parseConstraint(' >= 1.2,<2   ||  ~> v3.x '))).toBe('>=1.2 <2 || ~>v3.x')
})

test('a range is rewritten wherever it stands', () => {
  expect(formatConstraint(parseConstraint('1 - 2 || 3 - 4'))).toBe('>=1 <=2 || >=3 <=4')
})

test.each(['', '>=', '1.2.3.4', '>=1.0.0<2.0.0', '^^1', '1,,2', 'a', '1.2.3-', '||'])(
  '%j is refused',
  (text) => {
    expect(() => parseConstraint(text)).toThrow(SemverError)
  },
)

test('a text that the original takes for ever to refuse is refused at once', () => {
  const hostile = `${'1          '.repeat(40)}!`
  expect(() => parseConstraint(hostile)).toThrow('improper constraint')
})

test('length and alternatives are bounded', () => {
  expect(() => parseConstraint('1'.repeat(513))).toThrow('max 512 bytes')
  expect(() => parseConstraint(Array.from({ length: 33 }, () => '1').join('||'))).toThrow('max 32')
})
