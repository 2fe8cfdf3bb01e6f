import { expect, test } from 'vitest'
import { closestName } from './closest-name.ts'

test('a slip of the fingers finds the name that was meant', () => {
  expect(closestName('shpo', ['shop', 'catalog'])).toBe('shop')
  expect(closestName('aplications', ['applications', 'sources'])).toBe('applications')
  expect(closestName('CATALGO', ['shop', 'catalog'])).toBe('catalog')
})

test('what is near to nothing finds nothing', () => {
  expect(closestName('frontend', ['shop', 'catalog'])).toBeUndefined()
  expect(closestName('x', [])).toBeUndefined()
})
