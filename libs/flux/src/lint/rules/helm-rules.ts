import { createHash } from 'node:crypto'
import { textOf } from '../../flux-object.ts'
import { at, HELM_RELEASE, itemsAt, when, type LintRule } from '../lint-rule.ts'

const RELEASE_NAME_MAX = 53

/** Traps of HelmReleases. */
export const HELM_RULES: readonly LintRule[] = [
  {
    name: 'chart-or-chart-ref',
    severity: 'error',
    quirk: 'A HelmRelease has one of `chart` and `chartRef`.',
    todo: 'leave one of the two',
    kinds: HELM_RELEASE,
    look: ({ spec }) => {
      const both = at(spec, 'chart') !== undefined && at(spec, 'chartRef') !== undefined
      const none = at(spec, 'chart') === undefined && at(spec, 'chartRef') === undefined
      return when(both || none, 'spec', both ? 'has chart and chartRef' : 'has no chart')
    },
  },
  {
    name: 'no-retries',
    severity: 'warning',
    quirk:
      'Retries are 0 by default: the first failure ends in Stalled, and nothing is tried again until something changes.',
    todo: 'write remediation.retries, or strategy.name: RetryOnFailure',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      ['install', 'upgrade'].flatMap((action) => {
        const retries = at(spec, action, 'remediation', 'retries')
        const isRetried =
          at(spec, action, 'strategy', 'name') === 'RetryOnFailure' ||
          (typeof retries === 'number' && retries !== 0)
        return when(
          !isRetried,
          `spec.${action}`,
          `has no retries: the first failure of an ${action} is the last`,
        )
      }),
  },
  {
    name: 'crds-on-upgrade',
    severity: 'warning',
    quirk:
      'CRDs of a chart are made on install and on upgrade by default (`Create`, though the documentation says `Skip`), and are never changed: that takes `CreateReplace`, and each action has its own setting.',
    todo: 'write the same under spec.install.crds and spec.upgrade.crds',
    kinds: HELM_RELEASE,
    look: ({ spec }) => {
      const [install, upgrade] = [at(spec, 'install', 'crds'), at(spec, 'upgrade', 'crds')]
      return when(
        install !== upgrade && (install === undefined || upgrade === undefined),
        install === undefined ? 'spec.upgrade.crds' : 'spec.install.crds',
        'is set for one action only: the other one does Create',
      )
    },
  },
  {
    name: 'release-name-hashed',
    severity: 'warning',
    quirk:
      'The name of a release is `targetNamespace-name` by default; over 53 characters it is cut and ends in a hash. Changing it uninstalls and installs.',
    todo: 'write a short spec.releaseName',
    kinds: HELM_RELEASE,
    look: ({ spec, name }) => {
      const target = textOf(at(spec, 'targetNamespace'))
      const whole = target === '' ? name : `${target}-${name}`
      const isLong = textOf(at(spec, 'releaseName')) === '' && whole.length > RELEASE_NAME_MAX
      const hash = createHash('sha256').update(whole).digest('hex').slice(0, 12)
      return when(isLong, 'metadata.name', `the release will be ${whole.slice(0, 40)}-${hash}`)
    },
  },
  {
    name: 'target-path-inline',
    severity: 'warning',
    quirk:
      '`targetPath` does not always win: a top-level key that stands in `values` too is that of `values`.',
    todo: 'take the key out of spec.values',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      itemsAt(spec, 'valuesFrom').flatMap((entry, index) => {
        const path = textOf(at(entry, 'targetPath'))
        const [top = ''] = path.split(/[.[]/u)
        const isTop = path !== '' && top === path && Object.hasOwn(Object(at(spec, 'values')), top)
        return when(isTop, `spec.valuesFrom[${index}].targetPath`, `${top} of spec.values wins`)
      }),
  },
  {
    name: 'target-path-typed',
    severity: 'warning',
    quirk:
      'A value for a `targetPath` is read as helm reads `--set`: `true` and `5` change their type, and a comma parts lists.',
    todo: 'write literal: true where it is a text',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      itemsAt(spec, 'valuesFrom').flatMap((entry, index) =>
        when(
          textOf(at(entry, 'targetPath')) !== '' && at(entry, 'literal') !== true,
          `spec.valuesFrom[${index}].targetPath`,
          'is read as --set reads it',
        ),
      ),
  },
  {
    name: 'optional-key',
    severity: 'warning',
    quirk:
      '`optional` forgives a key that is missing, not only an object: a misspelt `valuesKey` is passed over.',
    todo: 'remove optional, or mind the spelling',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      itemsAt(spec, 'valuesFrom').flatMap((entry, index) =>
        when(
          at(entry, 'optional') === true && textOf(at(entry, 'valuesKey')) !== '',
          `spec.valuesFrom[${index}].valuesKey`,
          'may be missing without a word',
        ),
      ),
  },
  {
    name: 'create-namespace',
    severity: 'warning',
    quirk:
      '`install.createNamespace` makes the `targetNamespace`, and without one it does nothing.',
    todo: 'write spec.targetNamespace, or remove it',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      when(
        at(spec, 'install', 'createNamespace') === true &&
          textOf(at(spec, 'targetNamespace')) === '',
        'spec.install.createNamespace',
        'does nothing without targetNamespace',
      ),
  },
  {
    name: 'without-effect',
    severity: 'warning',
    quirk:
      '`skipCRDs` is passed over, `upgrade.force` too under server-side apply (the default), and `rollback.recreate` does nothing.',
    todo: 'remove it (skipCRDs: write crds: Skip)',
    kinds: HELM_RELEASE,
    look: ({ spec }) => {
      const isServerSide = at(spec, 'upgrade', 'serverSideApply') !== 'disabled'
      const set = (...path: readonly string[]): boolean => at(spec, ...path) === true
      return [
        ...when(set('install', 'skipCRDs'), 'spec.install.skipCRDs', 'is passed over'),
        ...when(set('upgrade', 'skipCRDs'), 'spec.upgrade.skipCRDs', 'is passed over'),
        ...when(
          set('upgrade', 'force') && isServerSide,
          'spec.upgrade.force',
          'is passed over under server-side apply',
        ),
        ...when(set('rollback', 'recreate'), 'spec.rollback.recreate', 'does nothing'),
      ]
    },
  },
  {
    name: 'health-exprs-legacy',
    severity: 'warning',
    quirk: '`healthCheckExprs` count with the wait strategy `poller` only.',
    todo: 'remove spec.waitStrategy',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      when(
        itemsAt(spec, 'healthCheckExprs').length > 0 &&
          at(spec, 'waitStrategy', 'name') === 'legacy',
        'spec.healthCheckExprs',
        'are passed over with the strategy legacy',
      ),
  },
  {
    name: 'unlimited-history',
    severity: 'warning',
    quirk: '`maxHistory: 0` keeps every release as a Secret on the cluster.',
    todo: 'write a number; 5 is the default',
    kinds: HELM_RELEASE,
    look: ({ spec }) =>
      when(at(spec, 'maxHistory') === 0, 'spec.maxHistory', 'is 0: releases are kept for ever'),
  },
]
