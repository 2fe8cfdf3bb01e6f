import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { reasonsAgainst, satisfies } from './check-constraint.ts'
import { parseConstraint } from './constraint.ts'
import { parseVersion } from './version.ts'

function check(version: string, constraint: string): boolean {
  return satisfies(parseVersion(version), parseConstraint(constraint))
}

test('a caret keeps the first segment that is not zero', () => {
  expect(check('1.9.9', '^1.2.3')).toBe(true)
  expect(check('2.0.0', '^1.2.3')).toBe(false)
  expect(check('0.2.9', '^0.2.3')).toBe(true)
  expect(check('0.3.0', '^0.2.3')).toBe(false)
  expect(check('0.0.4', '^0.0.3')).toBe(false)
})

test('a tilde keeps the minor version, and only the major one where no more is written', () => {
  expect(check('1.2.9', '~1.2.3')).toBe(true)
  expect(check('1.3.0', '~1.2.3')).toBe(false)
  expect(check('1.9.0', '~1')).toBe(true)
})

test('a range is two comparisons, and alternatives are tried in turn', () => {
  expect(check('1.3.0', '1.2 - 1.4.5')).toBe(true)
  expect(check('2.0.0', '<1 || >=2')).toBe(true)
  expect(check('1.0.0', '<1 || >=2')).toBe(false)
})

test('a prerelease needs a prerelease in the same alternative', () => {
  expect(check('1.2.3-beta', '>=1.0.0')).toBe(false)
  expect(check('1.2.3-beta', '>=1.0.0-0')).toBe(true)
  expect(check('1.2.3-beta', '>=1.0.0 || <1.0.0-0')).toBe(false)
  const included = { prereleases: 'included' } as const
  expect(satisfies(parseVersion('1.2.3-beta'), parseConstraint('>=1.0.0'), included)).toBe(true)
})

test('reasons name the version and the comparison, a prerelease once', () => {
  expect(reasonsAgainst(parseVersion('3.0.0'), parseConstraint('>=1, <2'))).toEqual([
    '"3.0.0" is greater than or equal to "2"',
  ])
  expect(reasonsAgainst(parseVersion('1.0.0-a'), parseConstraint('1 || 2'))).toHaveLength(1)
})

const version = fc
  .tuple(
    fc.nat({ max: 3 }),
    fc.nat({ max: 3 }),
    fc.nat({ max: 3 }),
    fc.constantFrom('', '-a', '-1', '-a.1'),
  )
  .map(([major, minor, patch, prerelease]) => `${major}.${minor}.${patch}${prerelease}`)

const comparison = fc
  .tuple(
    fc.constantFrom('', '=', '!=', '>', '<', '>=', '<=', '~', '^'),
    fc.oneof(version, fc.constantFrom('*', '1', '1.2', '1.x', '0', '0.0')),
  )
  .map(([operator, text]) => operator + text)

test('a version satisfies a constraint exactly when there is no reason against it', () => {
  const constraint = fc
    .array(
      fc.array(comparison, { minLength: 1, maxLength: 3 }).map((all) => all.join(', ')),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((alternatives) => alternatives.join(' || '))
  fc.assert(
    fc.property(version, constraint, (versionText, constraintText) => {
      const parsed = parseConstraint(constraintText)
      const reasons = reasonsAgainst(parseVersion(versionText), parsed)
      expect(satisfies(parseVersion(versionText), parsed)).toBe(reasons.length === 0)
    }),
  )
})
