import { parseDuration } from '../../fields.ts'
import { textOf } from '../../flux-object.ts'
import { at, itemsAt, KUSTOMIZATION, when, type LintRule } from '../lint-rule.ts'
import type { LintObject, LintRepository } from '../read-repository.ts'

const PREFIX = 'kustomize.toolkit.fluxcd.io'

/** Traps of Kustomizations, and of what they have in common with HelmReleases. */
export const KUSTOMIZATION_RULES: readonly LintRule[] = [
  {
    name: 'depends-on-missing',
    severity: 'warning',
    quirk:
      '`dependsOn` takes objects of the same kind only, and an application that waits for one that is nowhere waits for ever.',
    todo: 'correct the name and the namespace',
    kinds: ['Kustomization', 'HelmRelease'],
    look: (object, { objects }) =>
      itemsAt(object.spec, 'dependsOn').flatMap((entry, index) => {
        const [name, namespace] = [textOf(at(entry, 'name')), textOf(at(entry, 'namespace'))]
        const wanted = namespace === '' ? object.namespace : namespace
        const found = objects.some(
          (each) => each.kind === object.kind && each.name === name && each.namespace === wanted,
        )
        return when(
          !found,
          `spec.dependsOn[${index}]`,
          `there is no ${object.kind} ${wanted}/${name} in this repository`,
        )
      }),
  },
  {
    name: 'depends-on-circle',
    severity: 'error',
    quirk:
      'Applications that depend on one another in a circle wait for ever; Flux does not say so.',
    todo: 'take one of them out',
    kinds: ['Kustomization', 'HelmRelease'],
    look: (object, repository) => {
      const circle = circleFrom(object, repository)
      // Said once: by the first of its names.
      const isFirst = circle.length > 0 && circle.every((other) => key(object) <= other)
      return when(isFirst, 'spec.dependsOn', `goes in a circle: ${circle.join(' -> ')}`)
    },
  },
  {
    name: 'ready-expr-replaces',
    severity: 'warning',
    quirk:
      '`readyExpr` replaces the built-in test: that the dependency is Ready, and at the same revision, is not asked any more. A dependency is looked at every 30 s.',
    todo: 'ask for the Ready condition in the expression too',
    kinds: ['Kustomization', 'HelmRelease'],
    look: ({ spec }) =>
      itemsAt(spec, 'dependsOn').flatMap((entry, index) => {
        const expression = textOf(at(entry, 'readyExpr'))
        return when(
          expression !== '' && !/Ready/u.test(expression),
          `spec.dependsOn[${index}].readyExpr`,
          'says nothing of Ready, and nothing else does',
        )
      }),
  },
  {
    name: 'suspended-not-pruned',
    severity: 'warning',
    quirk:
      'A Kustomization that is deleted while it is suspended leaves all of its objects on the cluster.',
    todo: 'end the suspension before it is deleted',
    kinds: KUSTOMIZATION,
    look: ({ spec }) =>
      when(
        at(spec, 'suspend') === true && at(spec, 'prune') === true,
        'spec.suspend',
        'is true: deleted as it is, nothing is pruned',
      ),
  },
  {
    name: 'target-namespace-missing',
    severity: 'warning',
    quirk: '`targetNamespace` never makes the namespace.',
    todo: 'deliver the Namespace (for a HelmRelease: install.createNamespace)',
    kinds: ['Kustomization', 'HelmRelease'],
    look: ({ spec }, { written }) => {
      const wanted = textOf(at(spec, 'targetNamespace'))
      const isMade =
        at(spec, 'install', 'createNamespace') === true ||
        ['', 'default', 'flux-system', 'kube-system'].includes(wanted) ||
        written.some(({ kind, name }) => kind === 'Namespace' && name === wanted)
      return when(!isMade, 'spec.targetNamespace', `no Namespace ${wanted} is in this repository`)
    },
  },
  {
    name: 'health-checks-with-wait',
    severity: 'warning',
    quirk:
      '`wait: true` waits for all that was applied, and passes over `healthChecks`: objects of others that are listed there are not waited for.',
    todo: 'remove one of the two',
    kinds: KUSTOMIZATION,
    look: ({ spec }) =>
      when(
        at(spec, 'wait') === true && itemsAt(spec, 'healthChecks').length > 0,
        'spec.healthChecks',
        'is passed over, since wait is true',
      ),
  },
  {
    name: 'force-recreates',
    severity: 'warning',
    quirk:
      'With `force: true` any object that the API server finds invalid, not only an immutable field, is deleted and made anew.',
    todo: `put the annotation ${PREFIX}/force: enabled on the objects that may be made anew`,
    kinds: KUSTOMIZATION,
    look: ({ spec }) =>
      when(at(spec, 'force') === true, 'spec.force', 'deletes whatever is refused as invalid'),
  },
  {
    name: 'timeout-over-interval',
    severity: 'warning',
    quirk:
      'A Kustomization holds a worker while it waits; with a timeout over the interval it does nothing else.',
    todo: 'make the timeout shorter than the interval',
    kinds: KUSTOMIZATION,
    look: ({ spec }) => {
      const timeout = parseDuration(textOf(at(spec, 'timeout')))
      const interval = parseDuration(textOf(at(spec, 'interval')))
      const isOver = timeout !== undefined && interval !== undefined && timeout > interval
      return when(isOver, 'spec.timeout', 'is longer than the interval')
    },
  },
  {
    name: 'path-missing',
    severity: 'error',
    quirk: 'A path that is not in the source fails at the cluster only.',
    todo: 'correct spec.path, or add the folder',
    kinds: KUSTOMIZATION,
    look: ({ spec }, { tree, objects }) => {
      const name = textOf(at(spec, 'sourceRef', 'name'))
      const path = textOf(at(spec, 'path')).replaceAll(/^(?:\.?\/)+|\/+$/gu, '')
      // Only what is bootstrapped is surely this repository.
      const isHere = name === 'flux-system' && at(spec, 'sourceRef', 'kind') === 'GitRepository'
      const known = objects.some(({ kind }) => kind === 'Kustomization')
      return when(
        isHere && known && !['', '.'].includes(path) && tree.stat(path)?.kind !== 'folder',
        'spec.path',
        `there is no folder ${path} in this repository`,
      )
    },
  },
  {
    name: 'skipped-but-pruned',
    severity: 'warning',
    quirk:
      'An object with `ssa: IfNotPresent` or `ssa: Ignore` is not written, but stays in the inventory: it is deleted when it leaves Git.',
    todo: `add the annotation ${PREFIX}/prune: disabled where it must stay`,
    kinds: [],
    look: ({ value }) => {
      const marks = {
        ...Object(at(value, 'metadata', 'labels')),
        ...Object(at(value, 'metadata', 'annotations')),
      }
      const ssa = textOf(marks[`${PREFIX}/ssa`]).toLowerCase()
      const isKept = textOf(marks[`${PREFIX}/prune`]).toLowerCase() === 'disabled'
      return when(
        ['ifnotpresent', 'ignore'].includes(ssa) && !isKept,
        'metadata',
        `has ssa: ${ssa}, and is deleted all the same when it leaves Git`,
      )
    },
  },
]

function circleFrom(start: LintObject, { objects }: LintRepository): readonly string[] {
  const next = (object: LintObject): readonly LintObject[] =>
    itemsAt(object.spec, 'dependsOn').flatMap((entry) => {
      const namespace = textOf(at(entry, 'namespace')) || object.namespace
      const name = textOf(at(entry, 'name'))
      const found = objects.find(
        (each) => each.kind === object.kind && each.name === name && each.namespace === namespace,
      )
      return found === undefined ? [] : [found]
    })
  const seen = new Set<string>()
  const walk = (object: LintObject, way: readonly string[]): readonly string[] => {
    for (const other of next(object)) {
      if (key(other) === key(start)) return [...way, key(start)]
      if (seen.has(key(other))) continue
      seen.add(key(other))
      const found = walk(other, [...way, key(other)])
      if (found.length > 0) return found
    }
    return []
  }
  return walk(start, [key(start)])
}

function key({ namespace, name }: LintObject): string {
  return `${namespace}/${name}`
}
