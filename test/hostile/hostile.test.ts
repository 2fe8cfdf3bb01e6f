import { describe, expect, test } from 'vitest'
import { engines } from './engines.ts'
import type { Outcome } from './run-rows.ts'
import { runRows } from './run-child.ts'

// The engines themselves and a good input take 40 MiB of heap; the rest is what an input may take. Beyond it V8 ends the process.
const HEAP = ['--max-old-space-size=168', '--max-semi-space-size=4']

describe.each(Object.entries(engines))(
  'the engine %s, in one process with little memory',
  (name, { rows }) => {
    const outcomes = new Map<string, Outcome>()
    test('outlives every hostile input, and answers a good one after each', () => {
      for (const outcome of runRows(name, [], HEAP)) outcomes.set(outcome.name, outcome)
      expect([...outcomes.keys()]).toEqual(rows.map((row) => row.name))
    })

    test.each(rows.map((row): [string, RegExp] => [row.name, row.expected]))(
      '%s',
      (row, expected) => {
        expect(outcomes.get(row)?.answer).toMatch(expected)
      },
    )
  },
)
