import { expect, test } from 'vitest'
import { folderTree } from './folder-tree.ts'
import { FILE_BYTES_MAX, indexedTree, memoryTree } from './source-tree.ts'
import { treeDigest } from './tree-digest.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

test('a file is read through links, and found under its own path', () => {
  const tree = memoryTree([
    ['base/app.yaml', 'app'],
    ['live', { link: 'overlays/prod' }],
    ['overlays/prod/app.yaml', { link: '../../base/app.yaml' }],
  ])
  expect(text(tree.read('live/app.yaml'))).toBe('app')
  expect(tree.stat('live/app.yaml')).toMatchObject({ kind: 'file', path: 'base/app.yaml' })
  expect(tree.stat('live')).toEqual({ kind: 'folder', path: 'overlays/prod' })
  expect(tree.readLink('live')).toBe('overlays/prod')
})

test('the parent of a linked folder is the parent of where the link leads', () => {
  const tree = memoryTree([
    ['a/b/c/x', '1'],
    ['a/x', 'wrong'],
    ['a/b/up', { link: 'c/../../b/c/x' }],
    ['l', { link: 'a/b/c' }],
    ['m', { link: 'l/../c/x' }],
  ])
  expect(text(tree.read('a/b/up'))).toBe('1')
  expect(text(tree.read('m'))).toBe('1')
})

test.each([['/etc/passwd'], ['../../../etc'], ['../..']])(
  'a link to %s is refused with link and target',
  (target) => {
    const tree = memoryTree([['app/x', { link: target }]])
    expect(() => tree.stat('app/x')).toThrow(`SOURCE_ESCAPE: the link "app/x" -> "${target}"`)
  },
)

test('links that only together climb out of the root are refused', () => {
  const tree = memoryTree([
    ['d/e/f/x', ''],
    ['s', { link: 'd/e/f' }],
    ['t', { link: 's/../../../../x' }],
  ])
  expect(() => tree.stat('t')).toThrow('SOURCE_ESCAPE')
})

test('a loop of links is named', () => {
  const tree = memoryTree([
    ['a', { link: 'b' }],
    ['b', { link: 'a' }],
  ])
  expect(() => tree.stat('a')).toThrow(/^SOURCE_LINK_LOOP: the link "[ab]" -> "[ab]"/)
})

test('what is not there is undefined, and below a file nothing is', () => {
  const tree = memoryTree([['a', '1']])
  expect(tree.stat('b')).toBeUndefined()
  expect(tree.stat('a/b')).toBeUndefined()
  expect(() => tree.read('b')).toThrow('SOURCE_MISSING')
  expect(() => tree.list('a')).toThrow('SOURCE_KIND')
  expect(() => tree.read('')).toThrow('SOURCE_KIND')
})

test('a file above the bound is refused by its size before it is read', () => {
  const tree = indexedTree([{ path: 'big', mode: '100644', size: FILE_BYTES_MAX + 1 }], () => {
    throw new Error('it was read')
  })
  expect(() => tree.read('big')).toThrow('SOURCE_FILE_SIZE: "big" has 5242881 bytes; at most 5 MiB')
})

test('the bytes of a file are asked for once', () => {
  let reads = 0
  const tree = indexedTree([{ path: 'a', mode: '100644', size: 1 }], () => {
    reads += 1
    return Buffer.from('1')
  })
  tree.read('a')
  tree.read('a')
  tree.sha256('a')
  expect(reads).toBe(1)
})

test.each([
  [['a', 'a'], 'SOURCE_DUPLICATE'],
  [['a', 'a/b'], 'SOURCE_DUPLICATE'],
  [['a/b', 'a'], 'SOURCE_DUPLICATE'],
  [['a/../b'], 'SOURCE_NAME'],
  [['./a'], 'SOURCE_NAME'],
  [['../a'], 'SOURCE_ESCAPE'],
  [['x/.git/config'], 'SOURCE_NAME'],
])('the index %j is refused', (paths, code) => {
  expect(() => memoryTree(paths.map((path) => [path, '']))).toThrow(code)
})

test('entries and listings are in the order of bytes', () => {
  const tree = memoryTree([
    ['b/2', ''],
    ['a', ''],
    ['b/1', ''],
    ['B', ''],
  ])
  expect([...tree.entries()].map(({ path }) => path)).toEqual(['B', 'a', 'b/1', 'b/2'])
  expect(tree.list('')).toEqual([
    { name: 'B', kind: 'file' },
    { name: 'a', kind: 'file' },
    { name: 'b', kind: 'folder' },
  ])
})

test('a name that prototypes have is a name like any other', () => {
  const tree = memoryTree([['__proto__/constructor', 'x']])
  expect(text(tree.read('__proto__/constructor'))).toBe('x')
  expect(tree.stat('toString')).toBeUndefined()
})

test('a folder of a tree is a tree', () => {
  const outer = memoryTree([
    ['charts/web/Chart.yaml', 'name: web'],
    ['charts/web/templates/a.yaml', 'a'],
    ['other', 'x'],
  ])
  const tree = folderTree(outer, 'charts/web')
  expect(text(tree.read('Chart.yaml'))).toBe('name: web')
  expect([...tree.entries()].map(({ path }) => path)).toEqual(['Chart.yaml', 'templates/a.yaml'])
  expect(tree.stat('templates')).toEqual({ kind: 'folder', path: 'templates' })
  expect(() => tree.read('../../other')).toThrow('SOURCE_ESCAPE')
})

test('the digest of a tree does not depend on the order of its index, and tells content, mode and path', () => {
  const files = [
    ['a', '1'],
    ['b/c', '2'],
  ] as const
  const digest = treeDigest(memoryTree(files))
  expect(treeDigest(memoryTree(files.toReversed()))).toBe(digest)
  expect(treeDigest(memoryTree([['a', '1']]))).not.toBe(digest)
  expect(
    treeDigest(
      memoryTree([
        ['a', '1'],
        ['b/c', '3'],
      ]),
    ),
  ).not.toBe(digest)
  expect(
    treeDigest(
      memoryTree([
        ['a', { link: '1' }],
        ['b/c', '2'],
      ]),
    ),
  ).not.toBe(digest)
  // SHA-256 of `100644 <sha256 of 1> 1 a` and `100644 <sha256 of 2> 1 b/c`, each with a line break.
  expect(digest).toBe('50af62337d5df60d610a3e34a6739bb2897212698c35bd97a0ac9a6fb22487a7')
})
