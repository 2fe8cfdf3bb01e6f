import {
  chooseInput,
  ClusterInputOutcome,
  event,
  streams,
  type AnyEvent,
  type ClusterInputRef,
} from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { KnownInputs } from './known-inputs.ts'

const ref: ClusterInputRef = {
  cluster: 'eu',
  kind: 'Secret',
  namespace: 'flux-system',
  name: 'git',
}
const FOUND = ClusterInputOutcome.CLUSTER_INPUT_OUTCOME_FOUND
const ABSENT = ClusterInputOutcome.CLUSTER_INPUT_OUTCOME_ABSENT
const UNREADABLE = ClusterInputOutcome.CLUSTER_INPUT_OUTCOME_UNREADABLE

const requested = event('ClusterInputRequested', { input: ref })
const released = event('ClusterInputReleased', { input: ref })
const set = event('SecretSet', { secret: ref, blob: 'given', keys: ['password'] })
const unset = event('SecretUnset', { secret: ref })

function observed(outcome: ClusterInputOutcome, blob = '', message = ''): AnyEvent {
  return event('ClusterInputObserved', { input: ref, outcome, blob, message })
}

function chosen(...events: readonly AnyEvent[]): unknown {
  const inputs = new KnownInputs()
  const versions = new Map<string, bigint>()
  for (const folded of events) {
    const stream = streamOf(folded)
    const version = (versions.get(stream) ?? 0n) + 1n
    versions.set(stream, version)
    inputs.foldOwn({ stream, event: folded, version })
  }
  return chooseInput(inputs.get(ref))
}

function streamOf({ type }: AnyEvent): string {
  if (type.startsWith('Secret')) return streams.secret(ref)
  return type === 'ClusterInputObserved' ? streams.input(ref) : streams.query(ref)
}

test('what the cluster has goes before what was set', () => {
  expect(chosen(requested, set, observed(FOUND, 'its own'))).toMatchObject({
    from: 'cluster',
    blob: 'its own',
  })
})

test('what was set is used where the cluster has none, or cannot be read', () => {
  expect(chosen(requested, set, observed(ABSENT))).toMatchObject({ from: 'set', blob: 'given' })
  expect(chosen(requested, set, observed(UNREADABLE, '', 'forbidden'))).toMatchObject({
    from: 'set',
  })
})

test('until the cluster was looked at, nothing is decided', () => {
  expect(chosen(requested)).toEqual({ kind: 'pending', set: undefined })
  expect(chosen(requested, set)).toEqual({ kind: 'pending', set: 'given' })
})

test('a Secret that is changed, or deleted, is no longer what it was', () => {
  const before = [requested, observed(FOUND, 'old')]
  expect(chosen(...before, observed(FOUND, 'new'))).toMatchObject({ blob: 'new' })
  expect(chosen(...before, observed(ABSENT))).toMatchObject({
    kind: 'missing',
    message: 'Secret flux-system/git is not known: cluster eu has none',
  })
})

test('what was set and taken back is not used', () => {
  expect(chosen(requested, set, unset, observed(ABSENT))).toMatchObject({ kind: 'missing' })
})

test('what was seen before it was released is not believed when it is asked for again', () => {
  expect(chosen(requested, observed(FOUND, 'old'), released, requested)).toMatchObject({
    kind: 'pending',
  })
})

test('an event that comes again changes nothing', () => {
  const inputs = new KnownInputs()
  const placed = { stream: streams.input(ref), version: 2n }
  inputs.foldOwn({ ...placed, event: observed(FOUND, 'new') })
  inputs.foldOwn({ ...placed, version: 1n, event: observed(FOUND, 'old') })
  expect(chooseInput(inputs.get(ref))).toMatchObject({ blob: 'new' })
})
