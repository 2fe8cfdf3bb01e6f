import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AREAS, BAD_INPUTS } from './bad-table.ts'

/** What people get wrong, or what goes wrong around them. None may be missing from the table. */
const KNOWN = [
  'a server that cannot be reached',
  'a repository that has no commit',
  'a branch that is not there',
  'credentials that are wrong',
  'a path that is not there',
  'a path outside of the repository',
  'YAML that is none',
  'a key that is there twice',
  'a field that kustomize has not',
  'a field that Flux has not',
  'an object without a kind',
  'two objects with one identity',
  'a kind that the cluster has not',
  'an API server that is down',
  'a right that is missing (RBAC)',
  'a quota that is used up',
  'an object that the API server finds invalid',
  'a field that cannot be changed',
  'an admission webhook that says no',
  'a context that does not exist',
  'a second process on one data folder',
  'a port that is in use',
  'a disk of blobs that is full',
  'a disk of the ledger that is full',
  'stored bytes that were changed',
  'NATS that is down at the start',
  'NATS that is down in flight',
  'Postgres that is down at the start',
  'Postgres that is down in flight',
  'a clock that is off',
]

const rows = Object.values(BAD_INPUTS).flat()

test('every bad input that is known has its row', () => {
  const inputs = rows.map(({ input }) => input)
  expect(KNOWN.filter((input) => !inputs.includes(input))).toEqual([])
  expect(new Set(inputs).size).toBe(inputs.length)
})

test('every row is tried in the test of its area', () => {
  const untried = Object.entries(BAD_INPUTS).flatMap(([area, inputs]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The keys of that very table.
    const files = AREAS[area as keyof typeof AREAS].split(' and ')
    const text = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('')
    return inputs.filter(({ input }) => !text.includes(input)).map(({ input }) => input)
  })
  expect(untried).toEqual([])
})
