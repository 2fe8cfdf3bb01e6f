import { expect, test } from 'vitest'
import { formatFailure, formatTable, GroupReport } from './report.ts'
import { attempt, expectEither, expectError, expectOutput } from './suite.ts'

function refuse(message: string): () => string {
  return () => {
    throw new RangeError(message)
  }
}

function text(value: string | undefined): string {
  if (value === undefined) throw new TypeError('ours')
  return value
}

function messageOf(error: unknown): string | undefined {
  return error instanceof RangeError ? error.message : undefined
}

test('other words for the same refusal are counted, but fail no case', () => {
  const report = new GroupReport('yaml', 'parse')
  const failures = report.add(
    'a',
    expectError('json', 'line 1: no', attempt(refuse('no'), messageOf)),
  )
  expect(failures.map(({ kind }) => kind)).toEqual(['message'])
  expect([report.passed, report.failed]).toEqual([1, 0])
  expect(report.scores.message).toEqual({ passed: 0, total: 1 })
})

test('an output that differs, a refusal that should not be, and one that is missing fail their case', () => {
  const report = new GroupReport('yaml', 'parse')
  const done = { kind: 'done', value: 'x' } as const
  report.add('a', expectOutput('json', 'y', done))
  report.add('b', expectOutput('json', 'y', attempt(refuse('no'), messageOf)))
  report.add('c', expectError('json', 'no', done))
  report.add('d', expectEither('json', { output: 'x', error: undefined }, done))
  report.crash('e', new Error('ours'))
  expect([report.passed, report.failed]).toEqual([1, 4])
})

test('a mistake of ours is no refusal', () => {
  expect(() => attempt(() => text(undefined), messageOf)).toThrow(TypeError)
})

test('the table has a row for each group and each suite, and never rounds up', () => {
  const many = new GroupReport('yaml', 'parse')
  for (let index = 0; index < 1999; index += 1) {
    many.add(`${index}`, [{ kind: 'output', name: '', expected: 'x', actual: 'x' }])
  }
  many.add('last', [{ kind: 'output', name: '', expected: 'x', actual: 'y' }])
  const table = formatTable([many, new GroupReport('yaml', 'split')])
  expect(table).toContain('1999/2000 99.9 %')
  expect(table.split('\n').map((row) => row.trim().split(/\s/)[0])).toEqual([
    'suite',
    'parse',
    'split',
    'yaml',
  ])
})

test('a failure shows the first line that differs, with what stands above it', () => {
  const [failure] = new GroupReport('yaml', 'parse').add('a', [
    { kind: 'output', name: 'json', expected: 'one\ntwo\nthree', actual: 'one\ntwo\n3' },
  ])
  expect(failure === undefined ? '' : formatFailure(failure)).toBe(
    'yaml/parse a json (output), line 3\n    one\n    two\n  - three\n  + 3',
  )
})
