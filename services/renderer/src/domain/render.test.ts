import { RenderRequested } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { generatedFor, render, type Answer } from './render.ts'

const answer = (request: bigint): Answer => ({
  requested: RenderRequested.fromPartial({ applicationId: 'dev_shop_kustomization_web', request }),
  readSetDigest: 'r',
  readSetBlob: 'b',
  outcome: {
    kind: 'failed',
    code: 'YAML_SYNTAX',
    message: 'a.yaml:3: no',
    file: 'a.yaml',
    line: 3,
  },
})

test('a request has one answer', () => {
  const [answered] = render.decide(answer(1n), render.initial)
  expect(answered).toMatchObject({ type: 'RenderFailed', value: { file: 'a.yaml', line: 3 } })
  const state = answered === undefined ? render.initial : render.evolve(render.initial, answered)
  expect(render.decide(answer(1n), state)).toEqual([])
  expect(render.decide(answer(2n), state)).toHaveLength(1)
})

test('what a chart generated outlives a failed render, and is not given where it is to rotate', () => {
  const rendered: Answer = {
    ...answer(1n),
    outcome: {
      kind: 'rendered',
      manifestDigest: 'm',
      manifestBlob: 'mb',
      objectCount: 1,
      fluxObjectCount: 0,
      inputsDigest: 'i',
      warnings: [],
      engine: 'e',
      generatedDigest: 'g',
      generatedBlob: 'gb',
      helmBlob: '',
      chart: undefined,
    },
  }
  const state = [rendered, answer(2n)].reduce(
    (before, next) => render.decide(next, before).reduce(render.evolve, before),
    render.initial,
  )
  const asked = RenderRequested.fromPartial({ request: 3n, generatedBlob: 'older' })
  expect(generatedFor(state, asked)).toBe('gb')
  expect(generatedFor(render.initial, asked)).toBe('older')
  expect(generatedFor(state, { ...asked, rotateGenerated: true })).toBe('')
})
