import { expect, test } from 'vitest'

import { ApiError } from './errors.ts'
import { parseLabelSelector } from './selectors.ts'

const labels = { app: 'web', tier: 'front', empty: '' }

test('label selectors select as kubectl users expect', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app!=web', false],
    ['missing!=x', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['missing notin (a)', true],
    ['tier', true],
    ['!tier', false],
    ['!missing', true],
    ['empty=', true],
  ]
  for (const [text, selected] of cases)
    expect([text, parseLabelSelector(text)(labels)]).toEqual([text, selected])
})

test('text that is no selector is refused', () => {
  for (const text of ['a b', '=x', 'a=b=c', 'a in b']) {
    expect(() => parseLabelSelector(text)).toThrow(ApiError)
  }
})
