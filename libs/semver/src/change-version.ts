import { SemverError } from './semver-error.ts'
import { checkMetadata, checkPrerelease, formatVersion, type Version } from './version.ts'

const SEGMENT_MAX = 2n ** 64n - 1n

/** The next patch; a prerelease becomes its release. `v` in front stays. Throws SemverError beyond 64 bits. */
export function incrementPatch(version: Version): Version {
  const patch = version.prerelease === '' ? next(version.patch, 'patch') : version.patch
  return changed(version, { patch, prerelease: '', metadata: '' })
}

/** The next minor version, without prerelease and metadata. Throws SemverError beyond 64 bits. */
export function incrementMinor(version: Version): Version {
  const minor = next(version.minor, 'minor')
  return changed(version, { minor, patch: 0n, prerelease: '', metadata: '' })
}

/** The next major version, without prerelease and metadata. Throws SemverError beyond 64 bits. */
export function incrementMajor(version: Version): Version {
  const major = next(version.major, 'major')
  return changed(version, { major, minor: 0n, patch: 0n, prerelease: '', metadata: '' })
}

/** The version with another prerelease; empty takes it away. Throws SemverError. */
export function withPrerelease(version: Version, prerelease: string): Version {
  if (prerelease !== '') checkPrerelease(prerelease)
  return changed(version, { prerelease })
}

/** The version with other metadata; empty takes it away. Throws SemverError. */
export function withMetadata(version: Version, metadata: string): Version {
  if (metadata !== '') checkMetadata(metadata)
  return changed(version, { metadata })
}

function next(segment: bigint, name: string): bigint {
  if (segment < SEGMENT_MAX) return segment + 1n
  throw new SemverError(`${name} version increment would overflow uint64`)
}

function changed(version: Version, changes: Partial<Version>): Version {
  const result = { ...version, ...changes }
  const prefix = version.original.startsWith('v') ? 'v' : ''
  return { ...result, original: prefix + formatVersion(result) }
}
