import { describe, expect, test } from 'vitest'
import { compareTemplates, templatesOf, textOf } from './compare-templates.ts'
import { hasModules, TemplateOracle } from './oracle.ts'
import { renderTemplate } from './render-template.ts'

const SIZE = 200
/** The first build compiles Helm. */
const BUILD_MS_MAX = 600_000
/** None where Go or the modules of Helm are not on this machine. */
const ENGINES = hasModules() ? ['the engine of Helm'] : []

test('a seed gives the same templates again, and another seed others', () => {
  const batch = { seed: 1, number: 3, size: 20 }
  expect(templatesOf(batch)).toEqual(templatesOf(batch))
  expect(templatesOf(batch)).not.toEqual(templatesOf({ ...batch, seed: 2 }))
  expect(templatesOf(batch)).not.toEqual(templatesOf({ ...batch, number: 4 }))
})

test('random templates are rendered, or refused by name', () => {
  const answers = templatesOf({ seed: 7, number: 0, size: SIZE }).map(renderTemplate)
  expect(answers.filter(({ error }) => error?.startsWith('CRASH') === true)).toEqual([])
  expect(answers.filter(({ output }) => output !== undefined).length).toBeGreaterThan(SIZE / 10)
  expect(answers.filter(({ error }) => error !== undefined).length).toBeGreaterThan(SIZE / 10)
})

test('what differs is told', async () => {
  const cases = [{ template: '{{ upper "a" }}', values: {} }]
  const theirs = { output: Buffer.from('a').toString('base64') }
  const { differences, verdicts } = await compareTemplates(cases, {
    ask: () => Promise.resolve([theirs]),
  })
  expect(differences.map(({ ours }) => textOf(ours))).toEqual(['"A"'])
  expect(verdicts.different).toBe(1)
})

describe.each(ENGINES)('with %s', () => {
  test(
    'random templates give the same output and the same messages',
    async () => {
      using oracle = TemplateOracle.build()
      const cases = templatesOf({ seed: 7, number: 1, size: SIZE })
      const { differences, verdicts } = await compareTemplates(cases, oracle)
      const shown = differences.map(({ asked, ours, theirs }) => ({
        template: asked.template,
        ours: textOf(ours),
        theirs: textOf(theirs),
      }))
      expect(shown).toEqual([])
      expect(verdicts.equal).toBeGreaterThan(SIZE * 0.9)
    },
    BUILD_MS_MAX,
  )
})
