import { expect, test } from 'vitest'
import { evaluateJsonPath, JsonPathRefused, parseJsonPath } from './json-path.ts'

const LIST = {
  items: [
    { name: 'shop', cluster: 'eu', labels: { 'a.b/c': 'x' }, objects: 3 },
    { name: 'catalog', cluster: 'us', labels: {}, objects: 2 },
  ],
}
const of = (template: string): string => evaluateJsonPath(parseJsonPath(template), LIST)

test('values of a path are parted by spaces, as kubectl prints them', () => {
  expect(of('{.items[*].name}')).toBe('shop catalog')
  expect(of('.items[*].objects')).toBe('3 2')
  expect(of("{.items[0].labels['a.b/c']}")).toBe('x')
  expect(of('{.items[0].labels}')).toBe('{"a.b/c":"x"}')
})

test('a range prints its body for each value', () => {
  expect(of('{range .items[*]}{.cluster}={.name}{"\\n"}{end}')).toBe('eu=shop\nus=catalog\n')
})

test('a filter keeps what has a value', () => {
  expect(of('{.items[?(@.cluster=="us")].name}')).toBe('catalog')
})

test('what is not there prints nothing', () => {
  expect(of('{.items[7].name}{.nothing}')).toBe('')
  expect(of('{.items[*].toString}')).toBe('')
})

test('what is not understood is refused with its place', () => {
  expect(() => parseJsonPath('{.items[?name]}')).toThrow(JsonPathRefused)
  expect(() => parseJsonPath('{.items[?name]}')).toThrow("'[?name]' is not understood")
  expect(() => parseJsonPath('{range .items[*]}{.name}')).toThrow('{range} without {end}')
  expect(() => parseJsonPath('{end}')).toThrow('{end} without {range}')
})
