import { assert, describe, expect, test } from 'vitest'
import { inOrder, readOddAnswers, renderOdd } from './odd-answers.ts'
import { ODD_CHARTS } from './odd-charts.ts'

const recorded = readOddAnswers()

describe.each(['helm3', 'helm4'] as const)('%s', (flavour) => {
  test.each(ODD_CHARTS.map((odd) => [odd.name, odd] as const))('%s', (name, odd) => {
    const answers = recorded.get(name)
    assert(answers !== undefined, 'it is not recorded: npm run soak -- odd-charts --record')
    expect(inOrder(renderOdd(odd, flavour))).toEqual(inOrder(answers[flavour]))
  })
})
