import { isRecord } from '../../fields.ts'
import { textOf } from '../../flux-object.ts'
import { at, itemsAt, when, type LintRule } from '../lint-rule.ts'

/** Traps of what is delivered from. */
export const SOURCE_RULES: readonly LintRule[] = [
  {
    name: 'git-default-branch',
    severity: 'warning',
    quirk:
      'A GitRepository without `ref` reads the branch `master`, whatever the default branch of the server is.',
    todo: 'write spec.ref.branch',
    kinds: ['GitRepository'],
    look: ({ spec }) =>
      when(!isRecord(at(spec, 'ref')), 'spec', 'has no ref: Flux reads the branch master'),
  },
  {
    name: 'git-several-refs',
    severity: 'warning',
    quirk:
      'Of several refs one counts: commit, then name, semver, tag, branch. `branch` beside `commit` only says where to look for it.',
    todo: 'leave the one that is meant',
    kinds: ['GitRepository'],
    look: ({ spec }) => {
      const ref = at(spec, 'ref')
      const set = ['commit', 'name', 'semver', 'tag', 'branch'].filter(
        (name) => textOf(at(ref, name)) !== '',
      )
      const isPair = set.length === 2 && set[0] === 'commit' && set[1] === 'branch'
      return when(
        set.length > 1 && !isPair,
        'spec.ref',
        `has ${set.join(', ')}: only ${set[0] ?? ''} counts`,
      )
    },
  },
  {
    name: 'ignore-replaces-defaults',
    severity: 'warning',
    quirk:
      '`ignore` replaces the exclusions that hold without it (pictures, archives, files of CI): they are in the artifact then.',
    todo: 'repeat those that are wanted, or begin with "/*" and let in what is delivered',
    kinds: ['GitRepository', 'OCIRepository', 'Bucket'],
    look: ({ spec }) => {
      const ignore = textOf(at(spec, 'ignore')).trim()
      const isWhole = /^\s*(?:\/\*|\*)/mu.test(ignore)
      return when(ignore !== '' && !isWhole, 'spec.ignore', 'replaces the default exclusions')
    },
  },
  {
    name: 'verify-key-suffix',
    severity: 'warning',
    quirk:
      'Keys in the Secret of `verify` are OpenPGP where they end in `.asc`, SSH where they end in `.sshpub`, and OpenPGP with any other name.',
    todo: 'end the names of OpenPGP keys in .asc and those of SSH keys in .sshpub',
    kinds: ['GitRepository'],
    look: ({ spec, namespace }, { written }) => {
      const name = textOf(at(spec, 'verify', 'secretRef', 'name'))
      if (name === '') return []
      const secrets = written.filter(
        (each) => each.kind === 'Secret' && each.name === name && each.namespace === namespace,
      )
      return secrets.flatMap(({ value, file }) =>
        ['data', 'stringData']
          .flatMap((map) => Object.keys(Object(at(value, map))))
          .filter((key) => !/\.(?:asc|sshpub)$/u.test(key))
          .map((key) => ({
            field: 'spec.verify.secretRef',
            message: `names a Secret (${file}) whose key ${key} is read as OpenPGP`,
          })),
      )
    },
  },
  {
    name: 'oci-tag-in-url',
    severity: 'error',
    quirk: 'The URL of an OCIRepository has neither tag nor digest: they are refused there.',
    todo: 'write it into spec.ref',
    kinds: ['OCIRepository'],
    look: ({ spec }) =>
      when(
        /^oci:\/\/[^/]+\/.*(?:@|:[^/]+$)/u.test(textOf(at(spec, 'url'))),
        'spec.url',
        'has a tag or a digest',
      ),
  },
  {
    name: 'oci-latest',
    severity: 'warning',
    quirk: 'An OCIRepository without `ref` follows the tag `latest`.',
    todo: 'write spec.ref.tag, semver or digest',
    kinds: ['OCIRepository'],
    look: ({ spec }) =>
      when(!isRecord(at(spec, 'ref')), 'spec', 'has no ref: the tag latest is followed'),
  },
  {
    name: 'oci-semver-filter',
    severity: 'warning',
    quirk: '`semverFilter` filters the tags of `semver` and nothing else.',
    todo: 'write spec.ref.semver, or remove the filter',
    kinds: ['OCIRepository'],
    look: ({ spec }) => {
      const { semverFilter, semver, digest } = Object(at(spec, 'ref'))
      const isUsed = textOf(semver) !== '' && textOf(digest) === ''
      return when(
        textOf(semverFilter) !== '' && !isUsed,
        'spec.ref.semverFilter',
        'filters nothing',
      )
    },
  },
  {
    name: 'helm-repository-oci-type',
    severity: 'error',
    quirk:
      'A HelmRepository with an `oci://` address is read as one with an index unless `type` is `oci`.',
    todo: 'write spec.type: oci',
    kinds: ['HelmRepository'],
    look: ({ spec }) => {
      const isOci = textOf(at(spec, 'url')).startsWith('oci://')
      return when(isOci && at(spec, 'type') !== 'oci', 'spec.url', 'is oci:// without type: oci')
    },
  },
  {
    name: 'helm-repository-oci-interval',
    severity: 'warning',
    quirk:
      'A HelmRepository of type `oci` is only a record: interval, timeout and suspend mean nothing, and it has no status.',
    todo: 'remove it, or use an OCIRepository with chartRef',
    kinds: ['HelmRepository'],
    look: ({ spec }) =>
      ['interval', 'timeout', 'suspend'].flatMap((name) =>
        when(
          at(spec, 'type') === 'oci' && at(spec, name) !== undefined,
          `spec.${name}`,
          'means nothing with type: oci',
        ),
      ),
  },
  ...chartRules('HelmChart', []),
  ...chartRules('HelmRelease', ['chart', 'spec']),
]

/** The same for a HelmChart and for the one that a HelmRelease makes. */
function chartRules(kind: string, path: readonly string[]): readonly LintRule[] {
  const here = ['spec', ...path].join('.')
  const inFiles = (spec: unknown): boolean =>
    ['GitRepository', 'Bucket'].includes(textOf(at(spec, ...path, 'sourceRef', 'kind')))
  return [
    {
      name: 'chart-version-ignored',
      severity: 'warning',
      quirk:
        '`version` of a chart counts for a HelmRepository only: from Git or a bucket the chart is taken as it is.',
      todo: 'remove it, and choose the version by the ref of the source',
      kinds: [kind],
      look: ({ spec }) => {
        const version = at(spec, ...path, 'version')
        const isSet = version !== undefined && version !== '*'
        return when(isSet && inFiles(spec), `${here}.version`, 'is passed over for this source')
      },
    },
    {
      name: 'chart-reconcile-strategy',
      severity: 'warning',
      quirk:
        'With `reconcileStrategy: ChartVersion`, the default, a change of a chart in Git gives no new artifact until the version in Chart.yaml is raised.',
      todo: 'write reconcileStrategy: Revision, or raise the version with each change',
      kinds: [kind],
      look: ({ spec }) => {
        const strategy = at(spec, ...path, 'reconcileStrategy')
        const isDefault = strategy === undefined || strategy === 'ChartVersion'
        return when(
          isDefault && inFiles(spec),
          strategy === undefined ? `${here}.chart` : `${here}.reconcileStrategy`,
          'changes without a new chart version are not seen',
        )
      },
    },
    {
      name: 'values-files-replace',
      severity: 'warning',
      quirk: "`valuesFiles` replace the chart's own values.yaml; it does not lie below them.",
      todo: 'list values.yaml first where it is wanted',
      kinds: [kind],
      look: ({ spec }) => {
        const files = itemsAt(spec, ...path, 'valuesFiles').map(textOf)
        const hasOwn = files.some((file) => /(?:^|\/)values\.yaml$/u.test(file))
        return when(
          files.length > 0 && !hasOwn,
          `${here}.valuesFiles`,
          "is without values.yaml: the chart's own values are gone",
        )
      },
    },
  ]
}
