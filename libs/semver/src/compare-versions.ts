import type { Version } from './version.ts'

const UINT64_MAX = 2n ** 64n - 1n

/** -1, 0 or 1, by SemVer 2.0.0 precedence as Masterminds decides it. Metadata does not count. */
export function compareVersions(a: Version, b: Version): -1 | 0 | 1 {
  const order = compare(a.major, b.major) || compare(a.minor, b.minor) || compare(a.patch, b.patch)
  if (order !== 0) return order
  if (a.prerelease === b.prerelease) return 0
  if (a.prerelease === '') return 1
  return b.prerelease === '' ? -1 : comparePrereleases(a.prerelease, b.prerelease)
}

function compare(a: bigint, b: bigint): -1 | 0 | 1 {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Part by part: a missing part is less than any, numbers are less than words. */
export function comparePrereleases(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [a.split('.'), b.split('.')]
  const length = Math.max(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const order = comparePart(left[index] ?? '', right[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}

function comparePart(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0
  if (a === '') return -1
  if (b === '') return 1
  const [left, right] = [parseNumber(a), parseNumber(b)]
  if (left === undefined && right === undefined) return a > b ? 1 : -1
  if (right === undefined) return -1
  if (left === undefined) return 1
  return left > right ? 1 : -1
}

/** A number beyond 64 bits is a word. */
function parseNumber(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined
  const value = BigInt(text)
  return value <= UINT64_MAX ? value : undefined
}
