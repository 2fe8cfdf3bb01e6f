import { expect, test } from 'vitest'
import { chooseVersion } from './choose-version.ts'

const versions = ['1.0.0', '1.2.0', 'v1.3.0', '1.4.0-rc.1', '2.0', 'latest', '2.1.0+b'].map(
  (version) => ({ version }),
)

test.each([
  ['*', '2.1.0+b'],
  ['', '2.1.0+b'],
  ['1.x', 'v1.3.0'],
  ['>=1.0.0-0 <2.0.0', '1.4.0-rc.1'],
  ['1.2.0', '1.2.0'],
  ['latest', 'latest'], // Exactly what is written.
  ['2.0', '2.0'],
  ['~2.0', undefined], // 2.0 is not a whole version.
])('of some versions %j chooses %j', (range, chosen) => {
  expect(chooseVersion(versions, range)?.version).toBe(chosen)
})

test('what is no range is refused with how to write one', () => {
  expect(() => chooseVersion(versions, 'newest')).toThrow('>=1.0.0 <2.0.0')
})
