import { expect, test } from 'vitest'
import { source, type Observation } from './source.ts'

const commit = { sha: 'a'.repeat(40), author: 'Ada', subject: 'first', committedAtMs: 0n }
const found: Observation = {
  kind: 'found',
  revision: `main@sha1:${commit.sha}`,
  artifactDigest: 'd1',
  artifactBlob: 'b1',
  fileCount: 1,
  byteCount: 10,
  commit,
  forced: false,
}
const refused: Observation = { kind: 'refused', code: 'NoSuchBranch', message: 'no branch main' }
const after = (...observations: readonly Observation[]): typeof source.initial =>
  observations.reduce(
    (state, observation) =>
      source.decide({ sourceId: 's', observation }, state).reduce(source.evolve, state),
    source.initial,
  )
const decide = (observation: Observation, state: typeof source.initial): readonly string[] =>
  source.decide({ sourceId: 's', observation }, state).map(({ type }) => type)

test('the first revision is number 1, and the same again is no news', () => {
  const state = after(found)
  expect(state.sequence).toBe(1n)
  expect(decide(found, state)).toEqual([])
  expect(decide({ kind: 'unchanged' }, state)).toEqual([])
})

test('another commit with the same files is a revision of its own', () => {
  const next = { ...found, revision: 'main@sha1:b' }
  expect(decide(next, after(found))).toEqual(['RevisionFetched'])
  expect(after(found, next).sequence).toBe(2n)
})

test('a failure is told once, and again when its reason changes', () => {
  const failing = after(found, refused)
  expect(decide(refused, failing)).toEqual([])
  expect(decide({ ...refused, message: 'no such repository' }, failing)).toEqual(['FetchFailed'])
})

test('a source that can be read again says so, and keeps its last revision meanwhile', () => {
  const failing = after(found, refused)
  expect(failing.revision).toBe(found.revision)
  expect(decide({ kind: 'unchanged' }, failing)).toEqual(['FetchRecovered'])
})
