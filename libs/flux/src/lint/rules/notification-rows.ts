import { object, NOTIFICATION, type LintRow } from '../lint-rows.ts'

export const NOTIFICATION_ROWS: readonly LintRow[] = [
  {
    rule: 'provider-elsewhere',
    file: 'a.yaml',
    text: `${object(NOTIFICATION, 'Alert', '  providerRef: {name: chat}\n')}---\n${object(NOTIFICATION, 'Provider', '  type: slack\n').replace('one, namespace: flux-system', 'chat, namespace: …')}`,
    bad: 'other',
    good: 'flux-system',
    line: 5,
    tells: /no Provider chat in flux-system/u,
  },
  {
    rule: 'exclusion-wins',
    file: 'a.yaml',
    text: object(NOTIFICATION, 'Alert', '  inclusionList: [a]\n  exclusionList: […]\n'),
    bad: 'a',
    good: '',
    line: 6,
    tells: /wins over/u,
  },
  {
    rule: 'alert-summary',
    file: 'a.yaml',
    text: object(NOTIFICATION, 'Alert', '  …: a\n'),
    bad: 'summary',
    good: 'eventSeverity',
    line: 5,
    tells: /deprecated/u,
  },
]
