import { event, Input, InputKind, Rendered } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { emptyApplication, evolveApplication, type Application } from './application.ts'
import { isSameInputs } from './decide-render.ts'

const id = 'dev_apps_helmrelease_shop'
const input = (kind: InputKind, digest: string): Input =>
  Input.fromPartial({ kind, ref: 'a/b', digest })
const serves = (digest: string): Input => input(InputKind.INPUT_KIND_CAPABILITIES, digest)
const secret = (digest: string): Input => input(InputKind.INPUT_KIND_SECRET, digest)

const cut: Application = [
  event('RenderRequested', { applicationId: id, request: 1n, inputs: [serves('1'), secret('1')] }),
  event('Rendered', Rendered.fromPartial({ applicationId: id, request: 1n })),
  event('ReleaseCut', { applicationId: id, number: 1n, request: 1n }),
  event('RolloutPlanned', { applicationId: id, rollout: 1n, number: 1n }),
].reduce<Application>(evolveApplication, emptyApplication(id))

test('another value of a Secret is another render', () => {
  expect(isSameInputs(cut, [serves('1'), secret('1')])).toBe(true)
  expect(isSameInputs(cut, [serves('1'), secret('2')])).toBe(false)
  expect(isSameInputs(cut, [serves('1')])).toBe(false)
})

test('what the cluster serves counts until the release is handed to the applier, as in Flux', () => {
  expect(isSameInputs(cut, [serves('2'), secret('1')])).toBe(false)
  const asked = event('ApplyRequested', { applicationId: id, rollout: 1n, number: 1n, apply: 1n })
  const applying = evolveApplication(cut, asked)
  expect(isSameInputs(applying, [serves('2'), secret('1')])).toBe(true)
  expect(isSameInputs(applying, [serves('2'), secret('2')])).toBe(false)
})
