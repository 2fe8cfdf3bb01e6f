import { CaseRenderer, type HelmCase, helmSuiteCases, withSortedLines } from '../helm-case.ts'
import { digestOf, type Expectation, readExpectations } from '../helm4-expectations.ts'
import { type Attempt, type Check, expectError, type Suite } from '../suite.ts'

const SEED = 1 // Random lines are masked.

/**
 * The same charts as the Helm 4 SDK renders them: `recorded/helm4.json`, which `npm run soak -- helm4 --record` writes. A case
 * that is not recorded there has no answer, and is left out.
 */
export const suite: Suite = {
  name: 'helm4',
  folder: 'helm',
  *cases(directory) {
    const renderer = new CaseRenderer('helm4')
    const recorded = readExpectations()
    yield* helmSuiteCases(directory, (given) => {
      const expected = recorded.get(given.id)
      return expected === undefined ? undefined : () => caseChecks(given, expected, renderer)
    })
  },
}

function caseChecks(
  given: HelmCase,
  expected: Expectation,
  renderer: CaseRenderer,
): readonly Check[] {
  const attempted = renderer.attempt(given, SEED)
  if ('error' in expected)
    return expectError('error', withSortedLines(expected.error), sorted(attempted))
  const actual =
    attempted.kind === 'done'
      ? digestOf(attempted.value, expected.maskLines)
      : `refused: ${attempted.message}`
  return [{ kind: 'output', name: 'stdout', expected: expected.sha256, actual }]
}

function sorted(attempted: Attempt): Attempt {
  if (attempted.kind === 'done') return attempted
  return { kind: 'refused', message: withSortedLines(attempted.message) }
}
