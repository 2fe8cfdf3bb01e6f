import { expect, test } from 'vitest'
import { formatFloat32, formatFloat64 } from './format-float.ts'
import { formatJsonNumber } from './format-json-number.ts'

test.each([
  [1, '1', '1'],
  [0.1, '0.1', '0.1'],
  [100000, '100000', '100000'],
  [1000000, '1e+06', '1000000'],
  [1234567.5, '1.2345675e+06', '1234567.5'],
  [0.0001, '0.0001', '0.0001'],
  [0.00001, '1e-05', '0.00001'],
  [1e-7, '1e-07', '1e-7'],
  [1e21, '1e+21', '1e+21'],
  [1e100, '1e+100', '1e+100'],
  [-0, '-0', '-0'],
  [5e-324, '5e-324', '5e-324'],
])('%d is written as Go does', (value, asG, asJson) => {
  expect(formatFloat64(value)).toBe(asG)
  expect(formatJsonNumber(value)).toBe(asJson)
})

test('a 32-bit float has as few digits as tell it apart', () => {
  expect(formatFloat32(0.1)).toBe('0.1')
  expect(formatFloat32(16777217)).toBe('1.6777216e+07')
  expect(formatFloat32(1e300)).toBe('+Inf')
  expect(formatFloat32(2.123456789)).toBe('2.1234567')
})
