import { expect, test } from 'vitest'
import { sha256Of } from '../source-tree.ts'
import { artifactDigest, treeDigest } from '../tree-digest.ts'
import {
  type ArtifactFile,
  type ArtifactIndex,
  decodeArtifactIndex,
  encodeArtifactIndex,
} from './artifact-index.ts'
import { type GetBlob, openArtifact } from './open-artifact.ts'

const NEVER = new AbortController().signal

const packed = (path: string, text: string, pack: number, offset: number): ArtifactFile => ({
  path,
  mode: '100644',
  sha256: sha256Of(text),
  size: Buffer.byteLength(text),
  origin: `id of ${text}`,
  pack,
  offset,
})
const link: ArtifactFile = {
  path: 'app/link.yaml',
  mode: '120000',
  sha256: sha256Of('../base.yaml'),
  size: 12,
  origin: 'id of the link',
  target: '../base.yaml',
}
const blobs = (index: ArtifactIndex): Map<string, Uint8Array> =>
  new Map([
    ['index', encodeArtifactIndex(index)],
    ['one', Buffer.from('a: 1\nb: 2\n')],
    ['two', Buffer.from('b: 2\n')],
  ])
const from =
  (kept: ReadonlyMap<string, Uint8Array>): GetBlob =>
  (name) =>
    Promise.resolve(kept.get(name) ?? new Uint8Array())
const twoPacks: ArtifactIndex = {
  packs: [
    { blob: 'one', bytes: 10 },
    { blob: 'two', bytes: 5 },
  ],
  rules: 'none',
  files: [packed('app/a.yaml', 'a: 1\n', 0, 0), link, packed('base.yaml', 'b: 2\n', 1, 0)],
}
const onePack: ArtifactIndex = {
  packs: [{ blob: 'one', bytes: 10 }],
  rules: 'none',
  files: [packed('app/a.yaml', 'a: 1\n', 0, 0), link, packed('base.yaml', 'b: 2\n', 0, 5)],
}

test('an index reads back as it was written', () => {
  expect(decodeArtifactIndex(encodeArtifactIndex(twoPacks))).toEqual(twoPacks)
})

test('files are read out of packs, links lead where they lead', async () => {
  const tree = await openArtifact({ get: from(blobs(twoPacks)), blob: 'index' }, NEVER)
  expect(Buffer.from(tree.read('app/a.yaml')).toString()).toBe('a: 1\n')
  expect(Buffer.from(tree.read('app/link.yaml')).toString()).toBe('b: 2\n')
})

test('how packs are cut does not change the digest of the files', async () => {
  const two = await openArtifact({ get: from(blobs(twoPacks)), blob: 'index' }, NEVER)
  const one = await openArtifact({ get: from(blobs(onePack)), blob: 'index' }, NEVER)
  expect(treeDigest(two)).toBe(treeDigest(one))
  const digests = [artifactDigest(twoPacks), artifactDigest(onePack)]
  expect(digests).toEqual([treeDigest(two), treeDigest(two)])
})

test('an artifact that is opened for digests alone gets no pack', async () => {
  const asked: string[] = []
  const kept = blobs(twoPacks)
  const get = (name: string): Promise<Uint8Array> => {
    asked.push(name)
    return Promise.resolve(kept.get(name) ?? new Uint8Array())
  }
  const tree = await openArtifact({ get, blob: 'index', content: 'digests' }, NEVER)
  expect(tree.sha256('app/link.yaml')).toBe(sha256Of('b: 2\n'))
  expect(() => tree.read('base.yaml')).toThrow(
    'SOURCE_MISSING: "base.yaml" was opened for its digest',
  )
  expect(asked).toEqual(['index'])
})

test('a blob that is no index, and a pack that is too short, are refused', async () => {
  const get = from(new Map([['index', encodeArtifactIndex(twoPacks)]]))
  const tree = await openArtifact({ get, blob: 'index' }, NEVER)
  expect(() => tree.read('base.yaml')).toThrow('ARCHIVE_FORMAT')
  await expect(openArtifact({ get, blob: 'other' }, NEVER)).rejects.toThrow('ARCHIVE_FORMAT')
})
