import { expect, test } from 'vitest'
import { isRefname } from './refname.ts'

test('names that git-check-ref-format takes are names', () => {
  for (const name of [
    'main',
    'HEAD',
    'refs/heads/feature/x',
    'v1.0.0+build',
    'ünïcode',
    'a-b',
    'refs/pull/7/head',
  ])
    expect([name, isRefname(name)]).toEqual([name, true])
})

test('names that it refuses, and options, are none', () => {
  const forms = [
    '',
    '@',
    '-x',
    '--upload-pack=x',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'a.lock/b',
  ]
  const characters = ['..', ' ', '~', '^', ':', '?', '*', '[', '\\', '@{', '\u0000', '\n', '\u007f']
  for (const name of [...forms, ...characters.map((inside) => `a${inside}b`)])
    expect([name, isRefname(name)]).toEqual([name, false])
})
