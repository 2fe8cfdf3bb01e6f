import { expect, test } from 'vitest'

import { canonicalQuantity } from './quantity.ts'

// What kube-apiserver 1.36.3 stores for the quantity on the left.
const STORED: readonly (readonly [string, string])[] = [
  ['1', '1'],
  ['0.5', '500m'],
  ['1000', '1k'],
  ['1500', '1500'],
  ['1500m', '1500m'],
  ['1000m', '1'],
  ['0', '0'],
  ['0.0', '0'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['1Ki', '1Ki'],
  ['100e3', '100e3'],
  ['1e9', '1e9'],
  ['-1', '-1'],
  ['+2', '2'],
  ['.5', '500m'],
  ['1G', '1G'],
  ['1000M', '1G'],
  ['0.0000000001', '1n'],
]

test('a quantity is written with the largest suffix that leaves no fraction', () => {
  for (const [given, stored] of STORED)
    expect([given, canonicalQuantity(given)]).toEqual([given, stored])
})

test('what is stored is not changed again', () => {
  for (const [, stored] of STORED) expect(canonicalQuantity(stored)).toBe(stored)
})

test('text that is no quantity is refused', () => {
  for (const text of ['', 'x', '1x', '1 Gi', '1.2.3', 'Ki', '--1']) {
    expect([text, canonicalQuantity(text)]).toEqual([text, undefined])
  }
})
