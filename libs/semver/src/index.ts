export {
  incrementMajor,
  incrementMinor,
  incrementPatch,
  withMetadata,
  withPrerelease,
} from './change-version.ts'
export { type CheckOptions, reasonsAgainst, satisfies } from './check-constraint.ts'
export { compareVersions } from './compare-versions.ts'
export {
  type Comparison,
  type Constraint,
  formatConstraint,
  type Operator,
  parseConstraint,
} from './constraint.ts'
export { SemverError } from './semver-error.ts'
export { formatVersion, parseStrictVersion, parseVersion, type Version } from './version.ts'
