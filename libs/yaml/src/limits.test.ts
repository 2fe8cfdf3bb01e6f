import { expect, test } from 'vitest'
import { parseDocuments, parseYaml, type ReadOptions } from './read.ts'
import { YamlError } from './yaml-error.ts'

const manifests: ReadOptions = { flavour: 'yaml2', duplicateKeys: 'error' }

function messageOf(text: string, options: ReadOptions = manifests): string {
  try {
    for (const node of parseDocuments(text, { flavour: options.flavour })) void node
    parseYaml(text, options)
  } catch (error) {
    if (error instanceof YamlError) return error.message
    throw error
  }
  return 'accepted'
}

/** `levels` lines, each of which names the one before `width` times. */
function bomb(levels: number, width: number): string {
  const names = 'abcdefghijklmnopqrstuvwxyz'
  const lines = [`a: &a [${Array.from({ length: width }, () => '"x"').join(',')}]`]
  for (let level = 1; level < levels; level += 1) {
    const alias = `*${names.charAt(level - 1)}`
    const items = Array.from({ length: width }, () => alias).join(',')
    lines.push(`${names.charAt(level)}: &${names.charAt(level)} [${items}]`)
  }
  return `${lines.join('\n')}\n`
}

test('an alias bomb is found where it passes the bound, before anything is expanded', () => {
  const message = 'YAML_EXPANSION: 1,000,000 nodes exceeded at line 7 (alias *f)'
  expect(messageOf(bomb(9, 9))).toBe(message)
  expect(messageOf(bomb(9, 9), { ...manifests, flavour: 'yaml3' })).toBe(message)
})

test('below the bound, the share of aliases is limited as in Go', () => {
  expect(messageOf(bomb(5, 9))).toContain('YAML_EXPANSION: excessive aliasing')
  expect(messageOf(bomb(3, 9))).toBe('accepted')
})

test('nesting is bounded in every form, at the place of the first collection too many', () => {
  expect(messageOf('['.repeat(20_000))).toBe('YAML_DEPTH: nesting 100 exceeded at 1:101')
  expect(messageOf('{a: '.repeat(200))).toBe('YAML_DEPTH: nesting 100 exceeded at 1:401')
  expect(messageOf('- '.repeat(200))).toBe('YAML_DEPTH: nesting 100 exceeded at 1:201')
  const maps = Array.from({ length: 5000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')
  expect(messageOf(maps)).toBe('YAML_DEPTH: nesting 100 exceeded at 101:101')
})

test('nesting counts through aliases', () => {
  const sixty = `${'['.repeat(60)}1${']'.repeat(60)}`
  const text = `a: &a ${sixty}\nb: ${'['.repeat(60)}*a${']'.repeat(60)}\n`
  expect(messageOf(text)).toContain('YAML_DEPTH')
})

test('a hundred levels are allowed, and a caller may allow less', () => {
  const hundred = `${'['.repeat(100)}${']'.repeat(100)}`
  expect(messageOf(hundred)).toBe('accepted')
  const limits = { depthMax: 99 }
  expect(() => parseDocuments(hundred, { flavour: 'yaml2', limits })).toThrow('nesting 99')
})

test('documents are counted', () => {
  expect(messageOf('---\n'.repeat(10_000))).toBe('accepted')
  expect(messageOf('---\n'.repeat(100_001))).toContain('YAML_DOCUMENTS: 10,000 exceeded')
})

test('a hundred thousand keys of one mapping are no problem', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `key-${index}: some value ${index}`)
  const value = parseYaml(`${keys.join('\n')}\n`, manifests)
  expect(value instanceof Map ? value.size : 0).toBe(100_000)
})

test('a key that is there a hundred thousand times gives a short message', () => {
  const text = 'a: 1\n'.repeat(100_000)
  for (const flavour of ['yaml2', 'yaml3'] as const) {
    expect(messageOf(text, { ...manifests, flavour })).toBe(
      'YAML_DUPLICATE_KEY: "a" at 2:1, first at 1:1',
    )
  }
})

test.each([
  ['quotes that never end', `"${'x'.repeat(1_000_000)}`],
  ['a plain text of a million words', 'x '.repeat(500_000)],
  ['a million blanks', ' '.repeat(1_000_000)],
  ['a million line breaks in a scalar', `a: "x${'\n'.repeat(1_000_000)}"`],
  ['a million commas', `[${','.repeat(1_000_000)}`],
  ['keys that could be', `{${'a, '.repeat(300_000)}}`],
  ['a long key', `${'k'.repeat(1_000_000)}: v`],
  ['brackets on one line', '[]'.repeat(500_000)],
])('%s end in linear time', (_, text) => {
  expect(typeof messageOf(text)).toBe('string')
})
