import { expect, test } from 'vitest'
import { fluxIgnore } from './ignore-rules.ts'

test('without any rule, files of version control, pictures, archives and CI are left out', () => {
  const ignored = fluxIgnore({ files: [] })
  for (const path of [
    '.git/config',
    '.gitignore',
    'docs/logo.png',
    'x.tar.gz',
    '.github/workflows/a.yaml',
    'deep/.goreleaser.yml',
    'a/b/.sops.yaml',
  ])
    expect([path, ignored(path, 'file')]).toEqual([path, true])
  for (const path of ['app.yaml', 'docs/readme.md', 'logo.svg', 'github/x.yaml'])
    expect([path, ignored(path, 'file')]).toEqual([path, false])
})

test('any pattern replaces the defaults; what concerns version control stays out unless a pattern lets it in', () => {
  const ignored = fluxIgnore({ files: [], spec: '/*\n!/deploy\n' })
  expect(ignored('README.md', 'file')).toBe(true)
  expect(ignored('deploy/logo.png', 'file')).toBe(false)
  expect(fluxIgnore({ files: [], spec: 'x' })('deploy/.gitignore', 'file')).toBe(true)
  expect(ignored('deploy/.gitignore', 'file')).toBe(false)
})

test('a .sourceignore holds below its folder, and spec.ignore after all of them', () => {
  const rules = { files: [{ folder: 'apps', text: '# comment\n\n*.md\n' }] }
  const ignored = fluxIgnore(rules)
  expect(ignored('apps/x/readme.md', 'file')).toBe(true)
  expect(ignored('readme.md', 'file')).toBe(false)
  expect(fluxIgnore({ ...rules, spec: '!readme.md' })('apps/x/readme.md', 'file')).toBe(false)
})

test('of two files the one further down decides, whatever the order in which they are given', () => {
  const files = [
    { folder: 'a/b', text: '!keep.txt' },
    { folder: '', text: '*.txt' },
  ]
  for (const order of [files, files.toReversed()])
    expect(fluxIgnore({ files: order })('a/b/keep.txt', 'file')).toBe(false)
})

test.each([
  ['foo', 'a/foo', 'file', true],
  ['foo', 'foo/b', 'file', true],
  ['foo/', 'a/foo', 'file', false],
  ['foo/', 'a/foo', 'folder', true],
  ['foo/', 'a/foo/b', 'file', true],
  ['/foo', 'a/foo', 'file', false],
  ['/foo', 'foo', 'file', true],
  ['a/b', 'a/b/c', 'file', true],
  ['a/b', 'x/a/b', 'file', false],
  ['**/b', 'x/y/b', 'file', true],
  ['a/**/d', 'a/b/c/d', 'file', true],
  ['a/**', 'a/b', 'file', true],
  ['a**/b', 'ax/b', 'file', false],
  ['*.y?ml', 'x.yaml', 'file', true],
  ['[a-c]x', 'bx', 'file', true],
  ['[^a-c]x', 'bx', 'file', false],
  [String.raw`\!x`, '!x', 'file', true],
  ['[', '[', 'file', false],
  ['foo  ', 'foo', 'file', true],
] as const)('%j and %s (%s): %s', (pattern, path, kind, expected) => {
  expect(fluxIgnore({ files: [], spec: pattern })(path, kind)).toBe(expected)
})

test('a pattern of many stars takes no time', () => {
  const ignored = fluxIgnore({ files: [], spec: `${'*a'.repeat(60)}b` })
  expect(ignored('a'.repeat(250), 'file')).toBe(false)
})
