import { byteLength, quote, SemverError } from './semver-error.ts'

/** A version as Masterminds/semver v3.5.0 has it. Segments have 64 bits without a sign. */
export interface Version {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  /** Without its `-`; empty when there is none. */
  readonly prerelease: string
  /** Without its `+`; empty when there is none. Comparing ignores it. */
  readonly metadata: string
  /** As it was written. */
  readonly original: string
}

const VERSION_BYTES_MAX = 256 // As Masterminds.
const SEGMENT_MAX = 2n ** 64n - 1n

const LOOSE =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/

/**
 * A version, with missing segments as 0 and `v` in front (`NewVersion`): `1.2` and `v1.02.3` are versions. Throws SemverError.
 */
export function parseVersion(text: string): Version {
  if (byteLength(text) > VERSION_BYTES_MAX) throw tooLong()
  const match = LOOSE.exec(text)
  if (match === null) throw new SemverError('invalid semantic version')
  const [, major = '', minor = '0', patch = '0', prerelease = '', metadata = ''] = match
  const prefix = 'error parsing version segment: '
  const version: Version = {
    major: parseSegment(major, prefix),
    minor: parseSegment(minor, prefix),
    patch: parseSegment(patch, prefix),
    prerelease,
    metadata,
    original: text,
  }
  if (prerelease !== '') checkPrerelease(prerelease)
  if (metadata !== '') checkMetadata(metadata)
  return version
}

/** A version by the letter of SemVer 2.0.0 (`StrictNewVersion`): three segments, no `v`, no leading zeros. Throws SemverError. */
export function parseStrictVersion(text: string): Version {
  if (text === '') throw new SemverError('version string empty')
  if (byteLength(text) > VERSION_BYTES_MAX) throw tooLong()
  const [major, minor, rest] = splitAtDots(text)
  if (minor === undefined || rest === undefined) throw new SemverError('invalid semantic version')
  const [release, metadata] = cut(rest, '+')
  if (metadata !== undefined) checkMetadata(metadata)
  const [patch, prerelease] = cut(release, '-')
  if (prerelease !== undefined) checkPrerelease(prerelease)
  for (const segment of [major, minor, patch]) {
    if (!/^[0-9]*$/.test(segment)) throw new SemverError('invalid characters in version')
    if (segment.length > 1 && segment.startsWith('0')) throw startsWithZero()
  }
  return {
    major: parseSegment(major, ''),
    minor: parseSegment(minor, ''),
    patch: parseSegment(patch, ''),
    prerelease: prerelease ?? '',
    metadata: metadata ?? '',
    original: text,
  }
}

/** The version in full, without `v`. */
export function formatVersion(version: Version): string {
  const { major, minor, patch, prerelease, metadata } = version
  const pre = prerelease === '' ? '' : `-${prerelease}`
  return `${major}.${minor}.${patch}${pre}${metadata === '' ? '' : `+${metadata}`}`
}

function tooLong(): SemverError {
  return new SemverError(`version string is too long (max ${VERSION_BYTES_MAX} bytes)`)
}

function startsWithZero(): SemverError {
  return new SemverError('version segment starts with 0')
}

/** At the first two dots only: more of them are the matter of the last part. */
function splitAtDots(text: string): readonly [string, string?, string?] {
  const [major, afterMajor] = cut(text, '.')
  if (afterMajor === undefined) return [major]
  const [minor, afterMinor] = cut(afterMajor, '.')
  return afterMinor === undefined ? [major, minor] : [major, minor, afterMinor]
}

function cut(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function parseSegment(digits: string, prefix: string): bigint {
  const problem = (what: string): SemverError =>
    new SemverError(`${prefix}strconv.ParseUint: parsing ${quote(digits)}: ${what}`)
  if (digits === '') throw problem('invalid syntax')
  const value = BigInt(digits)
  if (value > SEGMENT_MAX) throw problem('value out of range')
  return value
}

/** Throws SemverError. */
export function checkPrerelease(prerelease: string): void {
  for (const part of prerelease.split('.')) {
    if (/^[0-9]+$/.test(part)) {
      if (part.length > 1 && part.startsWith('0')) throw startsWithZero()
    } else if (!/^[0-9A-Za-z-]+$/.test(part)) {
      throw new SemverError('invalid prerelease string')
    }
  }
}

/** Throws SemverError. */
export function checkMetadata(metadata: string): void {
  for (const part of metadata.split('.')) {
    if (!/^[0-9A-Za-z-]+$/.test(part)) throw new SemverError('invalid metadata string')
  }
}
