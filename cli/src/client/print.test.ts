import { expect, test } from 'vitest'
import { formatJsonLine } from './print.ts'

test('bytes are base64, however they are held, and integers of 64 bits are texts', () => {
  const value = {
    root: Buffer.from('root'),
    key: new Uint8Array([1, 2]),
    size: 2n ** 60n,
    list: [1n],
  }
  expect(JSON.parse(formatJsonLine(value))).toEqual({
    root: 'cm9vdA==',
    key: 'AQI=',
    size: '1152921504606846976',
    list: ['1'],
  })
})
