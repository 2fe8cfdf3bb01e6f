import { expect, test } from 'vitest'
import { assertSubject, subjectMatches } from './subject.ts'

test.for([
  ['a.b', 'a.b', true],
  ['a.b', 'a.c', false],
  ['a.b', 'a', false],
  ['a', 'a.b', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['a.*', 'a.b.c', false],
  ['*.b', 'a.b', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a', true],
  ['a.*.>', 'a.b', false],
  ['a.*.>', 'a.b.c', true],
] as const)('%s and %s: %s', ([pattern, subject, matches]) => {
  expect(subjectMatches(pattern, subject)).toBe(matches)
})

test.for(['', 'a..b', 'a.*', 'a.>', 'a b', 'a.\n'])('%j is no subject', (subject) => {
  expect(() => assertSubject(subject)).toThrow('is not a subject')
})
