import { expect, test } from 'vitest'
import { collectVariables } from './variables.ts'

test('later sources win, and line breaks are taken out', () => {
  const first = new Map([
    ['a', 'one'],
    ['b', 'x\ny\n'],
  ])
  expect(collectVariables([first, new Map([['a', 'two']])])).toEqual(
    new Map([
      ['a', 'two'],
      ['b', 'xy'],
    ]),
  )
})

test.each(['1a', 'a-b', 'a.b', '', 'é'])('%j is no name', (name) => {
  expect(() => collectVariables([new Map([[name, 'x']])])).toThrow('ENVSUBST_NAME')
})
