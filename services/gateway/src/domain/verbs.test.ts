import { TidemarkServiceService } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { mayUse, VERBS } from './verbs.ts'

test('every method of the API names the verb that it needs', () => {
  const methods = Object.values(TidemarkServiceService).map(({ path }) => path.split('/').at(-1))
  expect(new Set(Object.keys(VERBS))).toEqual(new Set(methods))
})

test('a viewer reads, and does nothing else', () => {
  const allowed = Object.entries(VERBS).filter(([, verb]) => mayUse('viewer', verb))
  expect(allowed.every(([, verb]) => verb === 'read')).toBe(true)
  expect(mayUse('viewer', 'rollback')).toBe(false)
})

test('a method without a verb is refused to all', () => {
  expect(mayUse('operator', undefined)).toBe(false)
})
