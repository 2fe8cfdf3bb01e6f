import { expect, test } from 'vitest'
import { compareBytes, findTwins, joinPath, nameProblem } from './tree-path.ts'

test('dots are taken out of a path by its text', () => {
  expect(joinPath('overlays/prod', '../../base/./app')).toBe('base/app')
  expect(joinPath('', 'a//b/')).toBe('a/b')
  expect(joinPath('a', '..')).toBe('')
})

test.each(['../x', 'a/../../x', '/etc/passwd'])('the path %s leaves the source', (path) => {
  expect(() => joinPath('', path)).toThrow('SOURCE_ESCAPE')
})

test.each([
  '.',
  '..',
  '',
  'a\0b',
  String.raw`a\b`,
  'C:x',
  '.git',
  '.GIT',
  '.git ',
  '.git.',
  'git~1',
  '.git::$INDEX_ALLOCATION',
  '.g\u200cit',
  'x'.repeat(256),
  'é'.repeat(128),
  '\ud800',
])('%j is no name', (name) => {
  expect(nameProblem(name)).toBeDefined()
})

test.each(['.gitignore', '.github', 'git', 'ab:c', '...', 'x'.repeat(255), 'Icon\r'])(
  '%j is a name',
  (name) => {
    expect(nameProblem(name)).toBeUndefined()
  },
)

test('names that differ by case or normalisation only are reported', () => {
  expect(findTwins(['a/README', 'a/readme', 'caf\u00e9', 'cafe\u0301', 'b'])).toEqual([
    { first: 'a/README', second: 'a/readme' },
    { first: 'caf\u00e9', second: 'cafe\u0301' },
  ])
})

test('paths are in the order of their bytes, not of UTF-16', () => {
  const sorted = ['\u{10000}', '\uffff', 'b', 'a', 'ab'].toSorted(compareBytes)
  expect(sorted).toEqual(['a', 'ab', 'b', '\uffff', '\u{10000}'])
})
