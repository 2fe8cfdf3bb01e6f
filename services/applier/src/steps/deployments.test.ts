import { ApplyOutcome, event, Health, Removal, streams, type AnyEvent } from '@tidemark/contracts'
import { causeFrom } from '@tidemark/service'
import { expect, test } from 'vitest'
import { Deployments } from './deployments.ts'

const id = 'dev_flux-system_kustomization_shop'
const cause = causeFrom('a test')
const place = { applicationId: id, cluster: 'dev' }
const asked = (apply: bigint): AnyEvent =>
  event('ApplyRequested', { ...place, apply, number: 1n, manifestBlob: 'blob' })

function folded(...events: readonly (readonly [stream: string, what: AnyEvent])[]): Deployments {
  const deployments = new Deployments('dev')
  for (const [index, [stream, what]] of events.entries())
    deployments.fold({ stream, version: BigInt(index) + 1n, event: what, atMs: index, cause })
  return deployments
}

test('what was asked of another cluster is left alone', () => {
  const other = event('ApplyRequested', { applicationId: id, cluster: 'prod', apply: 1n })
  expect(folded([streams.rollout(id), other]).get(id).requested).toBeUndefined()
})

test('an event of our own that comes back is folded once', () => {
  const stream = streams.deployment(id, 'dev')
  const deployments = new Deployments('dev')
  const told = (version: bigint, sequence: bigint): void =>
    deployments.fold({
      stream,
      version,
      event: event('HealthChanged', { ...place, health: Health.HEALTH_HEALTHY, sequence }),
      atMs: 0,
      cause,
    })
  told(1n, 1n)
  told(2n, 2n)
  told(1n, 1n)
  expect(deployments.get(id)).toMatchObject({ version: 2n, state: { sequence: 2n } })
})

test('an application that was left in place and is declared again is looked after again', () => {
  const object = Buffer.from('{}')
  const declared = event('ApplicationDeclared', { applicationId: id, objectJson: object })
  const removed = event('ApplicationRemoved', {
    applicationId: id,
    removal: Removal.REMOVAL_ORPHAN,
  })
  const stream = streams.application(id)
  const gone = folded([streams.rollout(id), asked(1n)], [stream, removed])
  expect(gone.get(id).removed).toBe(true)
  gone.fold({ stream, version: 9n, event: declared, atMs: 0, cause })
  expect(gone.get(id).removed).toBe(false)
})

test('a drift is under way until it is corrected, or something is applied', () => {
  const stream = streams.deployment(id, 'dev')
  const detected = event('DriftDetected', { ...place, number: 1n, sequence: 1n })
  const corrected = event('DriftCorrected', { ...place, number: 1n, sequence: 2n })
  const outcome = ApplyOutcome.APPLY_OUTCOME_APPLIED
  const finished = event('ApplyFinished', { ...place, apply: 2n, outcome })
  expect(folded([stream, detected]).get(id).state.drifting).toBe(true)
  expect(folded([stream, detected], [stream, corrected]).get(id).state.drifting).toBe(false)
  expect(folded([stream, detected], [stream, finished]).get(id).state.drifting).toBe(false)
})
