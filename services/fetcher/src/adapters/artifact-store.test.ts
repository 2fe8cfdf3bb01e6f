import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Blob, TreeEntry } from '@tidemark/git'
import { decodeArtifactIndex, memoryTree, openArtifact, treeDigest } from '@tidemark/source-tree'
import { type ArtifactBlobs, storeArtifact, type StoredArtifact } from './artifact-store.ts'

const NEVER = new AbortController().signal

class MemoryBlobs implements ArtifactBlobs {
  readonly blobs = new Map<string, Uint8Array>()
  puts = 0

  put(bytes: Uint8Array): Promise<string> {
    const name = createHash('sha256').update(bytes).digest('hex')
    this.blobs.set(name, Uint8Array.from(bytes))
    this.puts += 1
    return Promise.resolve(name)
  }

  get(name: string): Promise<Uint8Array> {
    const bytes = this.blobs.get(name)
    return bytes === undefined ? Promise.reject(new Error(`no ${name}`)) : Promise.resolve(bytes)
  }
}

type Files = Readonly<Record<string, string | { readonly link: string }>>

/** A commit as `@tidemark/git` would give it, that counts what is read of it. */
class FakeCommit {
  readonly tree: readonly TreeEntry[]
  readonly read: string[] = []
  readonly #contents = new Map<string, string>()

  constructor(files: Files, submodules: readonly string[] = []) {
    const entries = Object.entries(files).map(([path, content]): TreeEntry => {
      const text = typeof content === 'string' ? content : content.link
      const oid = createHash('sha1').update(text).digest('hex')
      this.#contents.set(oid, text)
      return { path, oid, mode: typeof content === 'string' ? '100644' : '120000' }
    })
    this.tree = [
      ...entries,
      ...submodules.map((path): TreeEntry => ({ path, oid: 'f'.repeat(40), mode: '160000' })),
    ].toSorted((left, right) => (left.path < right.path ? -1 : 1))
  }

  readonly blobs = async function* (
    this: FakeCommit,
    oids: readonly string[],
  ): AsyncGenerator<Blob> {
    for (const oid of oids) {
      const text = this.#contents.get(oid) ?? ''
      this.read.push(text)
      yield { oid, bytes: Buffer.from(text) }
    }
  }.bind(this)
}

const store = (
  blobs: MemoryBlobs,
  commit: FakeCommit,
  options: { readonly previous?: StoredArtifact; readonly ignore?: string } = {},
): Promise<StoredArtifact> =>
  storeArtifact(
    blobs,
    {
      tree: commit.tree,
      blobs: commit.blobs,
      ...(options.ignore === undefined ? {} : { ignore: options.ignore }),
      ...(options.previous === undefined ? {} : { previous: options.previous.blob }),
    },
    NEVER,
  )

const many = (changed: Readonly<Record<number, string>> = {}): Files =>
  Object.fromEntries(
    Array.from({ length: 100 }, (_, number) => [
      `apps/${number}.yaml`,
      changed[number] ?? `kind: ConfigMap\nnumber: ${number}\n`,
    ]),
  )

test('the digest is that of the files, whatever packs they are in', async () => {
  const blobs = new MemoryBlobs()
  const stored = await store(blobs, new FakeCommit(many()))
  expect(stored.digest).toBe(treeDigest(memoryTree(Object.entries(many()))))
  expect(stored).toMatchObject({ files: 100 })
})

test('a push of one line reads and stores one file, and leaves the rest where it is', async () => {
  const blobs = new MemoryBlobs()
  const first = await store(blobs, new FakeCommit(many()))
  const commit = new FakeCommit(many({ 7: 'changed: 1\n' }))
  const puts = blobs.puts
  const second = await store(blobs, commit, { previous: first })
  expect(commit.read).toEqual(['changed: 1\n'])
  expect(blobs.puts - puts).toBe(2) // A pack of one file, and the index.
  const tree = await openArtifact({ get: (name) => blobs.get(name), blob: second.blob }, NEVER)
  expect(Buffer.from(tree.read('apps/7.yaml')).toString()).toBe('changed: 1\n')
  expect(Buffer.from(tree.read('apps/8.yaml')).toString()).toContain('number: 8')
})

test('the same files again are the same blob', async () => {
  const blobs = new MemoryBlobs()
  const first = await store(blobs, new FakeCommit(many()))
  const commit = new FakeCommit(many())
  expect(await store(blobs, commit, { previous: first })).toEqual(first)
  expect(await store(blobs, new FakeCommit(many()))).toEqual(first)
  expect(commit.read).toEqual([])
})

test('after a hundred pushes there are few packs, and less than half of them is dead', async () => {
  const blobs = new MemoryBlobs()
  const changed: Record<number, string> = {}
  let last = await store(blobs, new FakeCommit(many()))
  for (let push = 0; push < 100; push += 1) {
    changed[(push * 7) % 100] = `push: ${push}\n`
    const commit = new FakeCommit(many(changed))
    last = await store(blobs, commit, { previous: last })
    expect(commit.read).toHaveLength(1)
    const { packs, files } = decodeArtifactIndex(await blobs.get(last.blob))
    const live = files.reduce((sum, { size }) => sum + size, 0)
    expect(packs.length).toBeLessThanOrEqual(9)
    expect(packs.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(live * 2)
  }
  expect(last.digest).toBe(treeDigest(memoryTree(Object.entries(many(changed)))))
  const tree = await openArtifact({ get: (name) => blobs.get(name), blob: last.blob }, NEVER)
  for (const { path, sha256 } of tree.entries())
    expect(createHash('sha256').update(tree.read(path)).digest('hex')).toBe(sha256)
})

test('links are kept as links, equal contents once, and submodules are left out', async () => {
  const blobs = new MemoryBlobs()
  const files: Files = { a: 'same', b: 'same', c: { link: 'same' }, d: { link: 'a' } }
  const first = await store(blobs, new FakeCommit(files, ['vendored']))
  const { packs, files: kept } = decodeArtifactIndex(await blobs.get(first.blob))
  expect(packs).toMatchObject([{ bytes: 4 }])
  expect(kept.map(({ path, mode }) => [path, mode])).toEqual([
    ['a', '100644'],
    ['b', '100644'],
    ['c', '120000'],
    ['d', '120000'],
  ])
  const again = await store(blobs, new FakeCommit({ ...files, e: 'new' }), { previous: first })
  const tree = await openArtifact({ get: (name) => blobs.get(name), blob: again.blob }, NEVER)
  expect(tree.readLink('c')).toBe('same')
  expect(Buffer.from(tree.read('d')).toString()).toBe('same')
})

test('a change of the ignore rules is heeded, also for files that were kept before', async () => {
  const blobs = new MemoryBlobs()
  const files: Files = { 'a.yaml': 'a', 'docs/b.yaml': 'b' }
  const first = await store(blobs, new FakeCommit(files))
  const second = await store(blobs, new FakeCommit({ ...files, '.sourceignore': 'docs/' }), {
    previous: first,
  })
  expect([first.files, second.files]).toEqual([2, 2])
  const third = await store(blobs, new FakeCommit(files), { previous: second, ignore: 'a.yaml' })
  expect(decodeArtifactIndex(await blobs.get(third.blob)).files).toMatchObject([
    { path: 'docs/b.yaml' },
  ])
  expect(await store(blobs, new FakeCommit(files), { previous: third })).toMatchObject({
    digest: first.digest,
  })
})

test('ignore rules decide what enters, and what they need is read', async () => {
  const blobs = new MemoryBlobs()
  const files: Files = {
    '.sourceignore': 'docs/\n',
    'docs/a.yaml': 'a',
    'app/.sourceignore': 'secret.yaml\n',
    'app/secret.yaml': 's',
    'app/a.yaml': 'kind: A',
    'logo.png': 'png',
    '.gitignore': 'x',
  }
  const paths = async (commit: FakeCommit, ignore?: string): Promise<string[]> => {
    const stored = await store(blobs, commit, ignore === undefined ? {} : { ignore })
    return decodeArtifactIndex(await blobs.get(stored.blob)).files.map(({ path }) => path)
  }
  const commit = new FakeCommit(files)
  expect(await paths(commit)).toEqual([
    '.sourceignore',
    'app/.sourceignore',
    'app/a.yaml',
    'logo.png',
  ])
  expect(commit.read).not.toContain('s')
  expect(await paths(new FakeCommit(files), 'app/\n*.png\n')).toEqual(['.sourceignore'])
  expect(await paths(new FakeCommit({ 'a.yaml': 'a', 'logo.png': 'p' }))).toEqual(['a.yaml'])
})
