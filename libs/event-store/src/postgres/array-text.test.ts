import { expect, test } from 'vitest'
import { bytesArray, plainArray, textArray } from './array-text.ts'

test('numbers and ids stand as they are', () => {
  expect(plainArray([1n, -2n])).toBe('{1,-2}')
  expect(plainArray([])).toBe('{}')
})

test('texts are quoted, and what ends a quote is escaped', () => {
  expect(textArray(['a', '', 'NULL', '{x,y}', 'a"b', String.raw`a\b`, 'é'])).toBe(
    String.raw`{"a","","NULL","{x,y}","a\"b","a\\b","é"}`,
  )
})

test('bytes are hexadecimal, also those of a view into larger ones', () => {
  const view = Uint8Array.of(9, 0, 255, 9).subarray(1, 3)
  expect(bytesArray([view, new Uint8Array()])).toBe(String.raw`{"\\x00ff","\\x"}`)
})
