import { expect, test } from 'vitest'
import { limitOf } from './execution.ts'

test.for([
  new RangeError('Maximum call stack size exceeded'),
  new SyntaxError('Invalid regular expression: /a/g: Stack overflow'),
])('the end of the stack is a limit, in whichever words the machine says it: %s', (error) => {
  expect(limitOf(error, new Map())).toMatchObject({
    code: 'TEMPLATE_DEPTH',
    message: expect.stringContaining('templates nest deeper than the stack allows'),
  })
  expect(limitOf(error, new Map([['shop', 51]]))).toMatchObject({
    message: expect.stringContaining('nested reference name: shop'),
  })
})

test('what is no end of the machine stays what it is', () => {
  const own = new SyntaxError('Invalid regular expression: /[/: Unterminated character class')
  expect(limitOf(own, new Map())).toBe(own)
  expect(limitOf('text', new Map())).toBe('text')
})
