import {
  compareVersions,
  formatConstraint,
  formatVersion,
  incrementMajor,
  incrementMinor,
  incrementPatch,
  parseConstraint,
  parseStrictVersion,
  parseVersion,
  reasonsAgainst,
  satisfies,
  SemverError,
} from '@tidemark/semver'
import { asRecord, CorpusError, lineCases, type Record, text, textOrNone } from '../read-corpus.ts'
import {
  type Attempt,
  attempt,
  type Check,
  expectEither,
  expectError,
  type Suite,
} from '../suite.ts'

export const suite: Suite = {
  name: 'semver',
  folder: 'semver',
  *cases(directory) {
    for (const file of ['constraints.jsonl', 'versions.jsonl']) {
      yield* lineCases(directory, file, (record) => {
        const group = text(record, 'suite')
        return { id: text(record, 'id'), group, run: () => checksOf(group, record) }
      })
    }
  },
}

function checksOf(group: string, record: Record): readonly Check[] {
  switch (group) {
    case 'constraint':
      return constraintChecks(record)
    case 'version':
      return versionChecks(record)
    case 'sort':
      return sortChecks(record)
    case 'compare':
      return compareChecks(record)
    default:
      throw new CorpusError(`no runner for the suite "${group}"`)
  }
}

function tried(action: () => string): Attempt {
  return attempt(action, (error) => (error instanceof SemverError ? error.message : undefined))
}

function constraintChecks(record: Record): readonly Check[] {
  const constraint = text(record, 'constraint')
  const parsed = tried(() => formatConstraint(parseConstraint(constraint)))
  const error = textOrNone(record, 'constraintError')
  const output = textOrNone(record, 'constraintString')
  return [
    ...expectEither('constraint', { output, error }, parsed),
    ...recordsOf(record['results']).flatMap((result) => resultChecks(constraint, result)),
  ]
}

function recordsOf(list: unknown): readonly Record[] {
  return Array.isArray(list) ? list.map(asRecord) : []
}

function resultChecks(constraintText: string, result: Record): readonly Check[] {
  const name = text(result, 'version')
  const error = textOrNone(result, 'error')
  if (error !== undefined) {
    return expectError(
      name,
      error,
      tried(() => formatVersion(parseVersion(name))),
    )
  }
  const constraint = parseConstraint(constraintText)
  const version = parseVersion(name)
  const isSatisfied = satisfies(version, constraint)
  const isSatisfiedAll = satisfies(version, constraint, { prereleases: 'included' })
  const reasons = reasonsAgainst(version, constraint)
  return [
    compared(name, result['ok'], isSatisfied),
    compared(
      `${name} with prereleases`,
      result['okIncludePrerelease'] ?? result['ok'],
      isSatisfiedAll,
    ),
    compared(`${name} without a reason`, result['ok'], reasons.length === 0),
    {
      kind: 'message',
      name,
      expected: JSON.stringify(result['reasons'] ?? []),
      actual: JSON.stringify(reasons),
    },
  ]
}

function compared(name: string, expected: unknown, actual: unknown): Check {
  return { kind: 'output', name, expected: toText(expected), actual: toText(actual) }
}

function toText(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}

function versionChecks(record: Record): readonly Check[] {
  const version = text(record, 'version')
  const parsed = record['parsed'] === undefined ? undefined : sorted(asRecord(record['parsed']))
  const strict = tried(() => formatVersion(parseStrictVersion(version)))
  const strictError = textOrNone(record, 'strictError')
  return [
    ...expectEither(
      'parsed',
      { output: parsed, error: textOrNone(record, 'error') },
      tried(() => describe(version)),
    ),
    compared('strict', record['strictOk'], strict.kind === 'done'),
    ...(strictError === undefined ? [] : expectError('strict', strictError, strict)),
  ]
}

function describe(source: string): string {
  const version = parseVersion(source)
  const { major, minor, patch, prerelease, metadata, original } = version
  return sorted({
    major: Number(major), // The corpus is read with 53 bits; \`string\` has all of them.
    minor: Number(minor),
    patch: Number(patch),
    prerelease,
    metadata,
    original,
    string: formatVersion(version),
    incMajor: formatVersion(incrementMajor(version)),
    incMinor: formatVersion(incrementMinor(version)),
    incPatch: formatVersion(incrementPatch(version)),
  })
}

function sorted(record: Record): string {
  const entries = Object.entries(record).map(([key, value]) => `${key}=${String(value)}`)
  return entries.toSorted().join('\n')
}

function textsOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : []
}

function sortChecks(record: Record): readonly Check[] {
  const versions = textsOf(record['sort']).map(parseVersion)
  const ordered = versions.toSorted(compareVersions).map(({ original }) => original)
  return [compared('sorted', record['sorted'], ordered)]
}

function compareChecks(record: Record): readonly Check[] {
  const [left = '', right = ''] = textsOf(record['compare'])
  const order = compareVersions(parseVersion(left), parseVersion(right))
  return [
    compared('result', record['result'], order),
    compared('equal', record['equal'], order === 0),
  ]
}
