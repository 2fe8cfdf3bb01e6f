import { expect, test } from 'vitest'
import { encodeReads, firstDifference, RecordingTree } from './recording-tree.ts'
import { memoryTree } from './source-tree.ts'

const files = [
  ['app/kustomization.yaml', 'resources: [a.yaml]'],
  ['app/a.yaml', 'a'],
  ['app/unread.yaml', 'u'],
  ['live', { link: 'app' }],
] as const

test('what is read, looked for in vain, listed and followed is recorded once, sorted, under its own path', () => {
  const recorder = new RecordingTree(memoryTree(files))
  recorder.read('live/a.yaml')
  recorder.read('app/a.yaml')
  recorder.stat('app/kustomization.yml')
  recorder.stat('app/unread.yaml')
  recorder.list('app')
  const reads = recorder.reads()
  expect(reads.files.map(({ path }) => path)).toEqual(['app/a.yaml'])
  expect(reads.absences).toEqual(['app/kustomization.yml'])
  expect(reads.listings.map(({ path }) => path)).toEqual(['app'])
  expect(reads.kinds).toEqual([{ path: 'app/unread.yaml', kind: 'file' }])
  expect(reads.links).toEqual([{ path: 'live', target: 'app' }])
})

test('the order in which things were read does not show', () => {
  const one = new RecordingTree(memoryTree(files))
  const other = new RecordingTree(memoryTree(files))
  one.read('app/a.yaml')
  one.read('app/kustomization.yaml')
  other.read('app/kustomization.yaml')
  other.read('app/a.yaml')
  expect(encodeReads(one.reads())).toBe(encodeReads(other.reads()))
})

test('a change of what was read is a difference, of anything else it is none', () => {
  const recorder = new RecordingTree(memoryTree(files))
  recorder.read('app/a.yaml')
  recorder.stat('app/b.yaml')
  recorder.list('app')
  recorder.stat('live')
  const reads = recorder.reads()
  const changed = (...more: [string, string | { link: string }][]) =>
    firstDifference(reads, memoryTree(new Map([...files, ...more])))
  expect(changed()).toBeUndefined()
  expect(changed(['app/unread.yaml', 'other'])).toBeUndefined()
  expect(changed(['app/a.yaml', 'b'])).toBe('the file "app/a.yaml" changed')
  expect(changed(['app/b.yaml', 'b'])).toBe('"app/b.yaml" is new')
  expect(changed(['app/c.yaml', 'c'])).toBe('the entries of "app" changed')
  expect(changed(['live', { link: 'other' }])).toBe('the link "live" changed')
})
