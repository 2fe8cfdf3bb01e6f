import { Phase } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { emptyState } from './application-state.ts'
import { phaseOf } from './phase.ts'

const shop = 'eu_flux-system_kustomization_shop'

test('an application whose first render was answered no longer waits for its source', () => {
  const declared = emptyState(shop)
  expect(phaseOf(declared).reason).toBe('SourceNotReady')
  const requested = { ...declared, requested: 1n, requestedRevision: 'main@sha1:1' }
  expect(phaseOf(requested).reason).toBe('Rendering')
  expect(phaseOf({ ...requested, answered: 1n })).toEqual({
    phase: Phase.PHASE_RENDERING,
    reason: 'Rendered',
    message: 'main@sha1:1',
  })
})

test('what an application waits for is named as people name it', () => {
  const rollout = {
    rollout: 1n,
    number: 1n,
    phase: 'planned',
    waitsFor: ['eu_flux-system_kustomization_platform'],
    stop: undefined,
    apply: 0n,
    position: 1n,
  } as const
  expect(phaseOf({ ...emptyState(shop), rollout }).message).toBe(
    'waits for eu/flux-system/platform',
  )
})
