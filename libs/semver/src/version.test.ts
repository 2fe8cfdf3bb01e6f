import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { incrementMajor, incrementPatch, withPrerelease } from './change-version.ts'
import { compareVersions } from './compare-versions.ts'
import { formatVersion, parseStrictVersion, parseVersion } from './version.ts'

test('missing segments are zero, and what was written is kept', () => {
  const version = parseVersion('v1.2')
  expect(formatVersion(version)).toBe('1.2.0')
  expect(version.original).toBe('v1.2')
})

test('a strict version has three segments and no leading zero', () => {
  expect(() => parseStrictVersion('1.2')).toThrow('invalid semantic version')
  expect(() => parseStrictVersion('1.02.3')).toThrow('version segment starts with 0')
  expect(() => parseStrictVersion('1.2.3.4')).toThrow('invalid characters in version')
  expect(formatVersion(parseStrictVersion('1.2.3-a.1+b'))).toBe('1.2.3-a.1+b')
})

test('a segment beyond 64 bits is refused', () => {
  expect(() => parseVersion('18446744073709551616.0.0')).toThrow('value out of range')
  expect(parseVersion('18446744073709551615').major).toBe(18446744073709551615n)
})

test('prereleases are ordered as SemVer 2.0.0 shows', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
  ]
  const shuffled = ordered.toReversed().map(parseVersion)
  expect(shuffled.toSorted(compareVersions).map(formatVersion)).toEqual(ordered)
})

test('the patch after a prerelease is its release', () => {
  expect(incrementPatch(parseVersion('v1.2.3-rc.1')).original).toBe('v1.2.3')
  expect(incrementPatch(parseVersion('1.2.3')).original).toBe('1.2.4')
  expect(incrementMajor(parseVersion('1.2.3+x')).original).toBe('2.0.0')
})

test('a prerelease that is none is refused', () => {
  expect(() => withPrerelease(parseVersion('1.2.3'), 'a..b')).toThrow('invalid prerelease string')
})

test('what is printed is read as the same version, and the order is total', () => {
  const identifier = fc.constantFrom('a', 'b-1', '0', '12', 'rc')
  const version = fc
    .tuple(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(),
      fc.nat(),
      fc.array(identifier, { maxLength: 3 }),
    )
    .map(([major, minor, patch, parts]) =>
      parseVersion(`${major}.${minor}.${patch}${parts.length === 0 ? '' : `-${parts.join('.')}`}`),
    )
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(compareVersions(parseStrictVersion(formatVersion(a)), a)).toBe(0)
      expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0)
    }),
  )
})
