import { expect, test } from 'vitest'
import { type FolderContent, lazyTree } from './lazy-tree.ts'
import type { FileMode } from './source-tree.ts'

const FILES = new Map<string, [FileMode, string]>([
  ['a/one.yaml', ['100644', 'one']],
  ['a/deep/two.yaml', ['100644', 'two']],
  ['b/link', ['120000', '../a']],
  ['b/out', ['120000', '../../etc']],
  ['.git/config', ['100644', 'x']],
])

function read({ path }: { path: string }): Uint8Array {
  return Buffer.from(FILES.get(path)?.[1] ?? '')
}

function open(): { tree: ReturnType<typeof lazyTree>; listed: string[] } {
  const listed: string[] = []
  const list = (folder: string): FolderContent => {
    listed.push(folder)
    const prefix = folder === '' ? '' : `${folder}/`
    const below = [...FILES].filter(([path]) => path.startsWith(prefix))
    const rest = below.map(([path]) => path.slice(prefix.length))
    return {
      folders: [
        ...new Set(rest.filter((name) => name.includes('/')).map((n) => n.split('/')[0] ?? '')),
      ],
      files: below
        .filter(([path]) => !path.slice(prefix.length).includes('/'))
        .map(([path, [mode, text]]) => ({ path, mode, size: text.length })),
    }
  }
  return { tree: lazyTree({ list, read }), listed }
}

test('only the folders on the way are listed, and once', () => {
  const { tree, listed } = open()
  expect(Buffer.from(tree.read('a/one.yaml')).toString()).toBe('one')
  tree.read('a/one.yaml')
  expect(listed).toEqual(['', 'a'])
})

test('links are followed inside, and refused outside', () => {
  const { tree } = open()
  expect(tree.stat('b/link/deep/two.yaml')?.path).toBe('a/deep/two.yaml')
  expect(() => tree.stat('b/out')).toThrow('SOURCE_ESCAPE')
})

test('a folder that no source can hold is not there', () => {
  expect(
    open()
      .tree.list('')
      .map(({ name }) => name),
  ).toEqual(['a', 'b'])
  expect([...open().tree.entries()].map(({ path }) => path)).toEqual([
    'a/deep/two.yaml',
    'a/one.yaml',
    'b/link',
    'b/out',
  ])
})
