import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readArchive } from './read-archive.ts'
import { memoryTree } from './source-tree.ts'
import { headerBlock } from './tar-header.ts'
import { treeDigest } from './tree-digest.ts'
import { writeArchive } from './write-archive.ts'

const name = fc.stringMatching(/^[a-zé]{1,60}$/)
const files = fc.uniqueArray(
  fc.tuple(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `f/${parts.join('/')}.x`),
    fc.string(),
  ),
  { selector: ([path]) => path.toLowerCase().normalize('NFC'), maxLength: 8 },
)

test('a tree that was written and read again is the same tree', () => {
  fc.assert(
    fc.property(files, (entries) => {
      const tree = memoryTree([...entries, ['link', { link: 'f' }]])
      const archive = writeArchive(tree)
      expect(treeDigest(readArchive(archive, { links: 'keep' }))).toBe(treeDigest(tree))
      expect(treeDigest(readArchive(gzipSync(archive), { links: 'keep' }))).toBe(treeDigest(tree))
    }),
  )
})

test('one tree gives one archive, whatever the order of its index', () => {
  const entries = [
    ['b', '2'],
    ['a/c', '1'],
  ] as const
  const [one, other] = [
    writeArchive(memoryTree(entries)),
    writeArchive(memoryTree(entries.toReversed())),
  ]
  expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true)
})

interface Raw {
  readonly name: string
  readonly type?: string
  readonly link?: string
  readonly body?: string
  readonly size?: number
}

function tar(...entries: readonly Raw[]): Uint8Array {
  const blocks = entries.flatMap(({ name: path, type = '0', link = '', body = '', size }) => [
    headerBlock({
      name: path,
      link,
      type,
      size: size ?? Buffer.byteLength(body),
      executable: false,
    }),
    Buffer.from(body),
    Buffer.alloc((512 - (Buffer.byteLength(body) % 512)) % 512),
  ])
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

test.each([
  ['a hard link', { name: 'a', type: '1', link: 'b' }, 'ARCHIVE_ENTRY: "a" is a hard link'],
  [
    'a symbolic link',
    { name: 'a', type: '2', link: '/etc' },
    'ARCHIVE_ENTRY: "a" is a symbolic link',
  ],
  ['a device', { name: 'a', type: '3' }, 'ARCHIVE_ENTRY: "a" is a character device'],
  ['a sparse file', { name: 'a', type: 'S' }, 'ARCHIVE_ENTRY: "a" is a sparse file'],
  ['a name that leaves', { name: '../a' }, 'ARCHIVE_ENTRY: the name "../a" leaves'],
  ['an absolute name', { name: '/a' }, 'SOURCE_ESCAPE'],
  ['a repository', { name: 'x/.git/config' }, 'SOURCE_NAME'],
  ['a lie about its size', { name: 'a', body: 'x', size: 1_000_000 }, 'ARCHIVE_FORMAT: "a" claims'],
  ['a PAX path that leaves', { name: 'h', type: 'x', body: '16 path=../../a\n' }, 'ARCHIVE_ENTRY'],
])('%s is refused', (_, entry, told) => {
  expect(() => readArchive(tar(entry, { name: 'b', body: '1' }))).toThrow(told)
})

test('a file that is there twice is refused, and so is its twin in another case', () => {
  expect(() => readArchive(tar({ name: 'a' }, { name: 'a' }))).toThrow('ARCHIVE_DUPLICATE')
  expect(() => readArchive(tar({ name: 'a' }, { name: 'A' }))).toThrow('ARCHIVE_DUPLICATE')
})

test('folders, global headers and long names of GNU tar are read', () => {
  const long = `${'d/'.repeat(100)}x`
  const tree = readArchive(
    tar(
      { name: 'g', type: 'g', body: '19 comment=abcdefg\n' },
      { name: 'dir/', type: '5' },
      { name: '././@LongLink', type: 'L', body: `${long}\0` },
      { name: 'short', body: 'content' },
    ),
  )
  expect([...tree.entries()].map(({ path }) => path)).toEqual([long])
  expect(Buffer.from(tree.read(long)).toString()).toBe('content')
})

test('links can be left out, as Flux leaves them out', () => {
  const tree = readArchive(tar({ name: 'l', type: '2', link: 'a' }, { name: 'a', body: '1' }), {
    links: 'skip',
  })
  expect([...tree.entries()].map(({ path }) => path)).toEqual(['a'])
})

test('a bomb is stopped by what it unpacks to', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  expect(() => readArchive(bomb)).toThrow('ARCHIVE_RATIO')
})

test('what is no archive is said to be none', () => {
  expect(() => readArchive(Buffer.from('x'.repeat(512)))).toThrow('ARCHIVE_FORMAT')
  expect(() => readArchive(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toThrow('ARCHIVE_FORMAT')
  expect(() => readArchive(tar({ name: 'a', body: 'x' }).subarray(0, 700))).toThrow(
    'ARCHIVE_FORMAT',
  )
})

test('a file above the bound of the caller is refused', () => {
  expect(() => readArchive(tar({ name: 'a', body: 'xx' }), { fileBytesMax: 1 })).toThrow(
    'SOURCE_FILE_SIZE',
  )
})
