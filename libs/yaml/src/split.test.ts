import { expect, test } from 'vitest'
import { splitHelmManifests, splitKustomizeResources } from './split.ts'

test('Helm cuts at every --- that starts a line, also inside a block', () => {
  expect(splitHelmManifests('---\na: 1\n---  \n\n---\nb: |\n  x\n---\nc\n')).toEqual([
    'a: 1',
    '---\nb: |\n  x',
    'c',
  ])
  expect(splitHelmManifests(' \n')).toEqual([])
  expect(splitHelmManifests('a: 1\n--- # c\nb: 2\n')).toEqual(['a: 1', '# c\nb: 2'])
})

test('a million line breaks are cut in linear time', () => {
  expect(splitHelmManifests(`a${'\n'.repeat(1_000_000)}b`)).toHaveLength(1)
})

test('Kustomize keeps the line on which each part starts', () => {
  expect(splitKustomizeResources('a\r\n---\r\nb\n--- # c\nd\n---')).toEqual([
    { text: 'a\n', line: 1 },
    { text: 'b\n', line: 3 },
    { text: 'd\n---', line: 5 },
  ])
})

test('Kustomize takes only a comment behind ---', () => {
  expect(() => splitKustomizeResources('a\n--- b\nc\n')).toThrow('YAML_SYNTAX')
})
