import { RenderRequested } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { render, type Answer } from './render.ts'

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
