import { textOf } from '../../flux-object.ts'
import { at, itemsAt, when, type LintRule } from '../lint-rule.ts'

/** Traps of what is told to others. */
export const NOTIFICATION_RULES: readonly LintRule[] = [
  {
    name: 'provider-elsewhere',
    severity: 'warning',
    quirk: 'An Alert finds its Provider in its own namespace only; of another one it tells nobody.',
    todo: 'move one of them',
    kinds: ['Alert'],
    look: ({ spec, namespace }, { objects }) => {
      const name = textOf(at(spec, 'providerRef', 'name'))
      const isThere = objects.some(
        (each) => each.kind === 'Provider' && each.name === name && each.namespace === namespace,
      )
      return when(!isThere, 'spec.providerRef', `there is no Provider ${name} in ${namespace}`)
    },
  },
  {
    name: 'exclusion-wins',
    severity: 'warning',
    quirk: 'A message that is in `inclusionList` and in `exclusionList` is not sent.',
    todo: 'leave one of the two',
    kinds: ['Alert'],
    look: ({ spec }) =>
      when(
        itemsAt(spec, 'inclusionList').length > 0 && itemsAt(spec, 'exclusionList').length > 0,
        'spec.exclusionList',
        'wins over inclusionList',
      ),
  },
  {
    name: 'alert-summary',
    severity: 'warning',
    quirk: '`summary` of an Alert is deprecated.',
    todo: 'write spec.eventMetadata.summary',
    kinds: ['Alert'],
    look: ({ spec }) => when(at(spec, 'summary') !== undefined, 'spec.summary', 'is deprecated'),
  },
]
