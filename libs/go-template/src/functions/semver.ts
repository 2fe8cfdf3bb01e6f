import {
  compareVersions,
  formatVersion,
  incrementMajor,
  incrementMinor,
  incrementPatch,
  parseConstraint,
  parseVersion,
  satisfies,
  SemverError,
  type Version,
  withMetadata,
  withPrerelease,
} from '@tidemark/semver'
import { fromBytes, toBytes } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import {
  GoBytes,
  GoInteger,
  goInt,
  type GoObject,
  isObject,
  type Methods,
  type Value,
} from '../values.ts'
import { textOf } from './arguments.ts'

const POINTER = '*semver.Version'
/** What a copy is: its fields are hidden from what copies. */
const ZERO: Version = {
  major: 0n,
  minor: 0n,
  patch: 0n,
  prerelease: '',
  metadata: '',
  original: '',
}

/** Version functions of sprig v3.3.0, on Masterminds/semver v3.5.0. */
export const semverFunctions: Readonly<Record<string, GoFunction>> = {
  semver: fixed(['string'], ([text]) => goVersion(POINTER, read(text))),
  semverCompare: fixed(['string', 'string'], ([constraint, text]) =>
    answering(() => {
      const parsed = parseConstraint(fromBytes(textOf(constraint)))
      return satisfies(parseVersion(fromBytes(textOf(text))), parsed)
    }),
  ),
}

interface GoVersion extends GoObject {
  readonly version: Version
}

function goVersion(goType: '*semver.Version' | 'semver.Version', version: Version): GoVersion {
  return {
    version,
    goType,
    goKind: goType === POINTER ? 'ptr' : 'struct',
    fields: [],
    methods,
    hidden: () => [
      { name: 'major', value: new GoInteger('uint64', version.major) },
      { name: 'minor', value: new GoInteger('uint64', version.minor) },
      { name: 'patch', value: new GoInteger('uint64', version.patch) },
      { name: 'pre', value: toBytes(version.prerelease) },
      { name: 'metadata', value: toBytes(version.metadata) },
      { name: 'original', value: toBytes(version.original) },
    ],
    asText: () => toBytes(formatVersion(version)),
    asJson: () => toBytes(formatVersion(version)),
    copied: () => goVersion(goType, ZERO),
  }
}

function read(text: Value): Version {
  return answering(() => parseVersion(fromBytes(textOf(text))))
}

function answering<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (error instanceof SemverError)
      throw new FunctionError(toBytes(error.message), { cause: error })
    throw error
  }
}

const methods: Methods = {
  Major: get((version) => new GoInteger('uint64', version.major)),
  Minor: get((version) => new GoInteger('uint64', version.minor)),
  Patch: get((version) => new GoInteger('uint64', version.patch)),
  Prerelease: get((version) => version.prerelease),
  Metadata: get((version) => version.metadata),
  Original: get((version) => toBytes(version.original)),
  String: get((version) => formatVersion(version)),
  Value: get((version) => formatVersion(version)),
  MarshalText: get((version) => new GoBytes(formatVersion(version))),
  MarshalJSON: get((version) => new GoBytes(`"${formatVersion(version)}"`)),
  IncMajor: get((version) =>
    goVersion(
      'semver.Version',
      answering(() => incrementMajor(version)),
    ),
  ),
  IncMinor: get((version) =>
    goVersion(
      'semver.Version',
      answering(() => incrementMinor(version)),
    ),
  ),
  IncPatch: get((version) =>
    goVersion(
      'semver.Version',
      answering(() => incrementPatch(version)),
    ),
  ),
  SetPrerelease: set((version, text) => withPrerelease(version, text)),
  SetMetadata: set((version, text) => withMetadata(version, text)),
  Compare: compare((order) => goInt(order)),
  Equal: compare((order) => order === 0),
  LessThan: compare((order) => order < 0),
  LessThanEqual: compare((order) => order <= 0),
  GreaterThan: compare((order) => order > 0),
  GreaterThanEqual: compare((order) => order >= 0),
}

function get(answer: (version: Version) => Value): (receiver: Value) => GoFunction {
  return (receiver) => fixed([], () => answer(versionOf(receiver)))
}

function set(change: (version: Version, text: string) => Version): (receiver: Value) => GoFunction {
  return (receiver) =>
    fixed(['string'], ([text]) =>
      goVersion(
        'semver.Version',
        answering(() => change(versionOf(receiver), textOf(text))),
      ),
    )
}

function compare(answer: (order: number) => Value): (receiver: Value) => GoFunction {
  return (receiver) =>
    fixed([POINTER], ([other]) => answer(compareVersions(versionOf(receiver), versionOf(other))))
}

function versionOf(value: Value): Version {
  if (isObject(value) && isVersion(value)) return value.version
  throw new FunctionError('a version was expected')
}

function isVersion(value: GoObject): value is GoVersion {
  return 'version' in value
}
