import {
  ApplicationDeclared,
  ApplyOptions,
  ApplyOutcome,
  event,
  Health,
  Removal,
  RolloutCause,
  RolloutStop,
  type AnyEvent,
} from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { emptyApplication, evolveApplication, type Application } from './application.ts'
import { decideRollout, isReady, type RolloutInput } from './decide-rollout.ts'

const id = 'dev_flux-system_kustomization_shop'
const options = ApplyOptions.fromPartial({ prune: true, wait: true, timeoutMs: 60_000n })
const input: RolloutInput = {
  nowMs: 1_000,
  paused: false,
  waitsFor: [],
  options,
  retryIntervalMs: 60_000,
  again: undefined,
}

const declared = event(
  'ApplicationDeclared',
  ApplicationDeclared.fromPartial({ applicationId: id, cluster: 'dev', generation: 1n }),
)
const cut = (number: bigint): AnyEvent =>
  event('ReleaseCut', {
    applicationId: id,
    number,
    request: number,
    variants: [
      {
        manifestDigest: `sha256:${number}`,
        manifestBlob: `blob-${number}`,
        generatedDigest: '',
        generatedBlob: '',
        helmBlob: `helm-${number}`,
      },
    ],
  })
const rendered = (request: bigint): readonly AnyEvent[] => [
  event('RenderRequested', { applicationId: id, request, generation: 1n }),
  event('Rendered', { applicationId: id, request, manifestDigest: `sha256:${request}` }),
  cut(request),
]
const started = (apply: bigint, number: bigint): AnyEvent =>
  event('ApplyStarted', { applicationId: id, cluster: 'dev', apply, number })
const finished = (apply: bigint, outcome: ApplyOutcome, message = ''): AnyEvent =>
  event('ApplyFinished', { applicationId: id, cluster: 'dev', apply, number: 1n, outcome, message })
const health = (apply: bigint, is: Health): AnyEvent =>
  event('HealthChanged', {
    applicationId: id,
    cluster: 'dev',
    apply,
    health: is,
    message: 'said so',
  })

const given = (...events: readonly AnyEvent[]): Application =>
  events.reduce(evolveApplication, emptyApplication(id))
/** Decides until nothing follows, and gives the events and the state after them. */
const settle = (
  state: Application,
  wish: RolloutInput = input,
): {
  readonly types: readonly string[]
  readonly state: Application
  readonly events: readonly AnyEvent[]
} => {
  const events: AnyEvent[] = []
  let after = state
  for (let wishNow = wish; events.length < 50; wishNow = { ...wishNow, again: undefined }) {
    const decided = decideRollout(after, wishNow)
    if (decided.length === 0) break
    events.push(...decided)
    after = decided.reduce<Application>(evolveApplication, after)
  }
  return { types: events.map(({ type }) => type), state: after, events }
}

const applying = settle(given(declared, ...rendered(1n))).state
const { APPLY_OUTCOME_APPLIED, APPLY_OUTCOME_FAILED } = ApplyOutcome

test('a new release is planned, started and asked for, with the blobs that hold its bytes', () => {
  const { types, events } = settle(given(declared, ...rendered(1n)))
  expect(types).toEqual(['RolloutPlanned', 'WaveStarted', 'ApplyRequested'])
  expect(events.at(-1)?.value).toMatchObject({
    apply: 1n,
    number: 1n,
    manifestBlob: 'blob-1',
    helmBlob: 'helm-1',
    cluster: 'dev',
  })
})

test('what was decided once is not decided again', () => {
  expect(settle(applying).types).toEqual([])
})

test('a rollout waits, planned, until what it depends on is ready', () => {
  const waiting = settle(given(declared, ...rendered(1n)), { ...input, waitsFor: ['base'] })
  expect(waiting.types).toEqual(['RolloutPlanned'])
  expect(settle(waiting.state).types).toEqual(['WaveStarted', 'ApplyRequested'])
})

test('with wait, an apply is not the end: health is', () => {
  const applied = then(applying, started(1n, 1n), finished(1n, APPLY_OUTCOME_APPLIED))
  expect(settle(applied).types).toEqual([])
  const well = then(applied, health(1n, Health.HEALTH_HEALTHY))
  expect(settle(well).types).toEqual(['WavePassed', 'RolloutCompleted'])
  expect(isReady(settle(well).state, true)).toBe(true)
})

test('without wait, an apply is the end', () => {
  const lax = { ...input, options: { ...options, wait: false } }
  const state = settle(given(declared, ...rendered(1n)), lax).state
  const applied = then(state, finished(1n, APPLY_OUTCOME_APPLIED))
  expect(settle(applied, lax).types).toEqual(['WavePassed', 'RolloutCompleted'])
})

test('a newer release supersedes a rollout that is under way', () => {
  const { types, events } = settle(then(applying, ...rendered(2n)))
  expect(types).toEqual(['RolloutStopped', 'RolloutPlanned', 'WaveStarted', 'ApplyRequested'])
  expect(events[0]?.value).toMatchObject({ stop: RolloutStop.ROLLOUT_STOP_SUPERSEDED })
  expect(events.at(-1)?.value).toMatchObject({ apply: 2n, number: 2n })
})

test('an outcome of an apply that was superseded changes nothing', () => {
  const newer = settle(then(applying, ...rendered(2n))).state
  const late = then(newer, started(1n, 1n), finished(1n, APPLY_OUTCOME_APPLIED))
  expect(settle(late).types).toEqual([])
})

test('a failed apply stops the rollout, says when it is tried again, and is tried then', () => {
  const failed = settle(then(applying, finished(1n, APPLY_OUTCOME_FAILED, 'quota')))
  expect(failed.types).toEqual(['RolloutStopped'])
  expect(failed.events[0]?.value).toMatchObject({
    message: 'quota',
    retryAtMs: 61_000n,
    failures: 1,
    stop: RolloutStop.ROLLOUT_STOP_APPLY_FAILED,
  })
  expect(settle(failed.state, { ...input, nowMs: 60_999 }).types).toEqual([])
  const again = settle(failed.state, { ...input, nowMs: 61_000 })
  expect(again.types).toEqual(['RolloutPlanned', 'WaveStarted', 'ApplyRequested'])
  expect(again.events[0]?.value).toMatchObject({ cause: RolloutCause.ROLLOUT_CAUSE_RETRY })
})

test('what is not tried again by itself stays stopped, but a removal is tried', () => {
  const once = { ...input, retryIntervalMs: undefined }
  const failed = settle(then(applying, finished(1n, APPLY_OUTCOME_FAILED, 'quota')), once)
  expect(failed.events[0]?.value).toMatchObject({ retryAtMs: 0n })
  expect(settle(failed.state, { ...once, nowMs: 9_000_000 }).types).toEqual([])
  const removed = event('ApplicationRemoved', {
    applicationId: id,
    removal: Removal.REMOVAL_DELETE,
  })
  const going = settle(then(failed.state, removed), once).state
  const stuck = settle(then(going, finished(2n, APPLY_OUTCOME_FAILED, 'quota')), once)
  expect(stuck.events[0]?.value).toMatchObject({ retryAtMs: 61_000n })
})

test('failures in a row are counted, and forgotten with another release', () => {
  const once = settle(then(applying, finished(1n, APPLY_OUTCOME_FAILED))).state
  const retried = settle(once, { ...input, nowMs: 61_000 }).state
  const twice = settle(then(retried, finished(2n, APPLY_OUTCOME_FAILED)), {
    ...input,
    nowMs: 61_000,
  })
  expect(twice.state.rollout?.failures).toBe(2)
  const other = settle(then(twice.state, ...rendered(2n)), { ...input, nowMs: 61_001 })
  expect(other.state.rollout?.failures).toBe(0)
})

test('a release that was not well in time is completed when it becomes well', () => {
  const late = settle(
    then(applying, finished(1n, APPLY_OUTCOME_APPLIED), health(1n, Health.HEALTH_TIMED_OUT)),
  )
  expect(late.types).toEqual(['RolloutStopped'])
  const well = settle(then(late.state, health(1n, Health.HEALTH_HEALTHY)))
  expect(well.types).toEqual(['WavePassed', 'RolloutCompleted'])
})

const done = settle(
  then(applying, finished(1n, APPLY_OUTCOME_APPLIED), health(1n, Health.HEALTH_HEALTHY)),
).state
const hold = event('HoldPlaced', { applicationId: id, number: 1n, reason: 'bad night' })

test('a held application stays on its release when a newer one is cut, until the hold is lifted', () => {
  const two = then(done, hold, ...rendered(2n))
  expect(settle(two).types).toEqual([])
  const lifted = settle(then(two, event('HoldLifted', { applicationId: id })))
  expect(lifted.types).toEqual(['RolloutPlanned', 'WaveStarted', 'ApplyRequested'])
  expect(lifted.events.at(-1)?.value).toMatchObject({ number: 2n })
})

test('a rollback applies the stored bytes of the older release', () => {
  const two = settle(then(done, ...rendered(2n))).state
  const back = settle(
    then(two, finished(2n, APPLY_OUTCOME_APPLIED), health(2n, Health.HEALTH_HEALTHY), hold),
  )
  expect(back.events.at(-1)?.value).toMatchObject({
    number: 1n,
    manifestBlob: 'blob-1',
    cause: RolloutCause.ROLLOUT_CAUSE_ROLLBACK,
  })
})

test('while suspended nothing is rolled out, except a rollback', () => {
  const two = then(done, ...rendered(2n))
  expect(settle(two, { ...input, paused: true }).types).toEqual([])
  const three = then(
    settle(two).state,
    finished(2n, APPLY_OUTCOME_APPLIED),
    health(2n, Health.HEALTH_HEALTHY),
    hold,
  )
  expect(settle(three, { ...input, paused: true }).types).toContain('ApplyRequested')
})

test('other options alone are a reason to apply again', () => {
  const other = { ...input, options: { ...options, prune: false } }
  const { types, events } = settle(done, other)
  expect(types).toEqual(['RolloutPlanned', 'WaveStarted', 'ApplyRequested'])
  expect(events[0]?.value).toMatchObject({ cause: RolloutCause.ROLLOUT_CAUSE_RECONCILE })
})

test('a removal that deletes asks once for an apply of nothing', () => {
  const removed = event('ApplicationRemoved', {
    applicationId: id,
    removal: Removal.REMOVAL_DELETE,
  })
  const { events, state } = settle(then(done, removed))
  expect(events.at(-1)?.value).toMatchObject({ number: 0n, manifestBlob: '' })
  expect(settle(then(state, finished(2n, APPLY_OUTCOME_APPLIED))).types).toEqual([
    'WavePassed',
    'RolloutCompleted',
  ])
})

test('a removal that orphans deletes nothing', () => {
  const removed = event('ApplicationRemoved', {
    applicationId: id,
    removal: Removal.REMOVAL_ORPHAN,
  })
  expect(settle(then(done, removed)).types).toEqual([])
})

test('an application that was never applied is removed without an apply', () => {
  const removed = event('ApplicationRemoved', {
    applicationId: id,
    removal: Removal.REMOVAL_DELETE,
  })
  expect(settle(given(declared, removed)).types).toEqual([])
})

test('an application whose newest render failed is not ready, although its last release runs', () => {
  const broken = then(
    done,
    event('RenderRequested', { applicationId: id, request: 2n, generation: 1n }),
    event('RenderFailed', { applicationId: id, request: 2n, message: 'no' }),
  )
  expect(isReady(done, true)).toBe(true)
  expect(isReady(broken, true)).toBe(false)
})

function then(state: Application, ...events: readonly AnyEvent[]): Application {
  return events.reduce(evolveApplication, state)
}

const removal = (kind: Removal): AnyEvent =>
  event('ApplicationRemoved', { applicationId: id, removal: kind })

test('a removal waits for nobody', () => {
  const applied = settle(given(declared, ...rendered(1n))).state
  const gone = evolveApplication(applied, removal(Removal.REMOVAL_DELETE))
  const { types } = settle(gone, { ...input, waitsFor: ['dev_flux-system_kustomization_base'] })
  expect(types).toContain('ApplyRequested')
})

test('a removal that failed is tried again when it is due, and when a person asks', () => {
  const applied = settle(given(declared, ...rendered(1n))).state
  const asked = settle(evolveApplication(applied, removal(Removal.REMOVAL_DELETE))).state
  const failed = [started(2n, 0n), finished(2n, ApplyOutcome.APPLY_OUTCOME_FAILED, 'denied')]
  const stopped = settle(failed.reduce(evolveApplication, asked)).state
  expect(stopped.rollout?.phase).toBe('stopped')
  expect(settle(stopped).types).toEqual([])
  expect(settle(stopped, { ...input, nowMs: 61_000 }).types).toContain('ApplyRequested')
  const again = RolloutCause.ROLLOUT_CAUSE_RECONCILE
  expect(settle(stopped, { ...input, again }).types).toContain('ApplyRequested')
})

test('a release that waited when its application was removed is not applied any more', () => {
  const waiting = settle(given(declared, ...rendered(1n)), { ...input, waitsFor: ['base'] }).state
  for (const kind of [Removal.REMOVAL_DELETE, Removal.REMOVAL_ORPHAN])
    expect(settle(evolveApplication(waiting, removal(kind))).types).toEqual([])
})

test('a release that waited when its application was suspended starts when that ends', () => {
  const waiting = settle(given(declared, ...rendered(1n)), { ...input, waitsFor: ['base'] }).state
  expect(settle(waiting, { ...input, paused: true }).types).toEqual([])
  expect(settle(waiting).types).toContain('ApplyRequested')
})
