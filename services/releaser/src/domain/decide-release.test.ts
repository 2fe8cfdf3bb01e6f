import { ApplicationDeclared, event, Rendered, type AnyEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { emptyApplication, evolveApplication, type Application } from './application.ts'
import { decideRelease } from './decide-release.ts'

const id = 'dev_apps_helmrelease_shop'
const chart = { name: 'shop', version: '1.2.3', appVersion: '7' }

interface Render {
  readonly bytes: string
  readonly inputs: string
  readonly rotates?: boolean
  readonly kind?: 'chart' | 'files'
  /** Whether the release waits, or is handed to the applier. */
  readonly goesOn?: 'waits' | 'applies'
}

/** The decision for each render of an application, one after the other. */
function decisions(...renders: readonly Render[]): readonly (readonly string[])[] {
  const declared = ApplicationDeclared.fromPartial({ applicationId: id, generation: 1n })
  const start: AnyEvent = event('ApplicationDeclared', declared)
  let state = evolveApplication(emptyApplication(id), start)
  return renders.map(({ bytes, inputs, rotates = false, kind = 'chart', goesOn }, index) => {
    const request = BigInt(index + 1)
    const wish = { applicationId: id, request, generation: 1n, rotateGenerated: rotates }
    const answer = Rendered.fromPartial({
      applicationId: id,
      request,
      manifestDigest: bytes,
      inputsDigest: inputs,
      helmBlob: kind === 'chart' ? 'contents' : '',
    })
    const found = { ...answer, chart: kind === 'chart' ? chart : undefined }
    state = [event('RenderRequested', wish), event('Rendered', found)].reduce(
      evolveApplication,
      state,
    )
    const decided = decideRelease(state, undefined)
    state = decided.reduce(evolveApplication, state)
    if (goesOn !== 'waits') state = handedOn(state)
    return decided.map(({ type }) => type)
  })
}

function handedOn(state: Application): Application {
  const number = state.releases.at(-1)?.number ?? 0n
  const rollout = state.lastRollout + 1n
  return [
    event('RolloutPlanned', { applicationId: id, rollout, number }),
    event('ApplyRequested', { applicationId: id, rollout, number, apply: rollout }),
  ].reduce<Application>(evolveApplication, state)
}

test('a chart that prints its number is no other release for that alone', () => {
  const first = { bytes: 'revision 1', inputs: 'same' }
  const second = { bytes: 'revision 2', inputs: 'same' }
  expect(decisions(first, second)).toEqual([['ReleaseCut'], ['ReleaseConfirmed']])
  expect(decisions(first, { ...second, rotates: true })).toEqual([['ReleaseCut'], ['ReleaseCut']])
  const kind = 'files'
  const files = [
    { ...first, kind },
    { ...second, kind },
  ] as const
  expect(decisions(...files)).toEqual([['ReleaseCut'], ['ReleaseCut']])
})

test('a chart that waits is released as it is printed last: nothing of it was applied yet', () => {
  const first = { bytes: 'without definitions', inputs: 'same', goesOn: 'waits' } as const
  const second = { bytes: 'with definitions', inputs: 'same' }
  expect(decisions(first, second)).toEqual([['ReleaseCut'], ['ReleaseCut']])
})

test('other inputs with the same bytes are confirmed, with other bytes released', () => {
  const first = { bytes: 'a', inputs: '1' }
  expect(decisions(first, { bytes: 'a', inputs: '2' })[1]).toEqual(['ReleaseConfirmed'])
  expect(decisions(first, { bytes: 'b', inputs: '2' })[1]).toEqual(['ReleaseCut'])
})
