import { event, streams, type AnyEvent } from '@tidemark/contracts'
import * as fc from 'fast-check'
import { deserialize, serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { emptyApplication, evolveApplication } from './application.ts'
import { Plane } from './plane.ts'

const id = 'dev_flux-system_kustomization_shop'
const count = fc.bigInt(1n, 4n)
const place = { applicationId: id, cluster: 'dev' }

const OURS = new Set([
  'ApplicationDeclared',
  'ApplicationRemoved',
  'RenderRequested',
  'ReleaseCut',
  'ReleaseConfirmed',
  'HoldPlaced',
  'HoldLifted',
  'RolloutPlanned',
  'ApplyRequested',
  'RolloutCompleted',
  'RolloutStopped',
])
const isOurs = ({ type }: AnyEvent): boolean => OURS.has(type)
const folded = (events: readonly AnyEvent[]): unknown =>
  events.reduce(evolveApplication, emptyApplication(id))
const foldInto = (plane: Plane, events: readonly AnyEvent[], from: number): void => {
  const stream = streams.application(id)
  for (const [index, what] of events.entries())
    plane.fold({ stream, version: BigInt(from + index + 1), event: what })
}

/** What was decided here. */
const decided: fc.Arbitrary<AnyEvent> = fc.oneof(
  count.map((generation) => event('ApplicationDeclared', { applicationId: id, generation })),
  fc
    .constantFrom(1, 2)
    .map((removal) => event('ApplicationRemoved', { applicationId: id, removal })),
  count.map((request) => event('RenderRequested', { applicationId: id, request })),
  count.map((number) => event('ReleaseCut', { applicationId: id, number, request: number })),
  count.map((request) => event('ReleaseConfirmed', { applicationId: id, number: 1n, request })),
  count.map((number) => event('HoldPlaced', { applicationId: id, number })),
  fc.constant(event('HoldLifted', { applicationId: id })),
  count.map((rollout) => event('RolloutPlanned', { applicationId: id, rollout, number: rollout })),
  count.map((apply) => event('ApplyRequested', { ...place, apply, rollout: apply })),
  count.map((rollout) => event('RolloutCompleted', { applicationId: id, rollout })),
  count.map((rollout) => event('RolloutStopped', { applicationId: id, rollout, failures: 1 })),
)
/** What others found. */
const found: fc.Arbitrary<AnyEvent> = fc.oneof(
  count.map((request) => event('Rendered', { applicationId: id, request })),
  count.map((request) => event('RenderFailed', { applicationId: id, request })),
  count.map((apply) => event('ApplyStarted', { ...place, apply })),
  count.map((apply) => event('ApplyFinished', { ...place, apply })),
  count.map((apply) => event('HealthChanged', { ...place, apply })),
)

test('it does not matter whether our own events are folded before or after what others found', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(decided, found), { maxLength: 30 }), (events) => {
      const apart = [...events.filter(isOurs), ...events.filter((what) => !isOurs(what))]
      expect(folded(apart)).toEqual(folded(events))
    }),
  )
})

test('an event that comes back is left alone', () => {
  const plane = new Plane()
  const placed = {
    stream: streams.application(id),
    version: 1n,
    event: event('RenderRequested', { applicationId: id, request: 1n }),
  }
  expect([plane.fold(placed), plane.fold(placed)]).toEqual([true, false])
})

test('what a step that failed has folded is taken back, and only that', () => {
  fc.assert(
    fc.property(fc.array(decided), fc.array(decided), (before, failed) => {
      const [once, plane] = [new Plane(), new Plane()]
      foldInto(once, before, 0)
      foldInto(plane, before, 0)
      plane.remember()
      foldInto(plane, failed, before.length)
      plane.takeBack()
      expect(plane.applications).toEqual(once.applications)
      expect(plane.version(streams.application(id))).toBe(BigInt(before.length))
    }),
  )
})

test('a source that is bound in a step that failed is not bound', () => {
  const plane = new Plane()
  const object = {
    cluster: 'dev',
    apiVersion: '',
    kind: 'GitRepository',
    namespace: 'a',
    name: 'b',
  }
  plane.remember()
  plane.fold({
    stream: streams.intake('s'),
    version: 1n,
    event: event('SourceDeclared', { sourceId: 's', object }),
  })
  plane.takeBack()
  expect([plane.sources.size, plane.sourceOf.size]).toEqual([0, 0])
})

test('a plane that was put away and taken out again is the same, and folds on the same', () => {
  fc.assert(
    fc.property(fc.array(decided), fc.array(decided), (before, after) => {
      const [whole, first, second] = [new Plane(), new Plane(), new Plane()]
      foldInto(whole, [...before, ...after], 0)
      foldInto(first, before, 0)
      second.restore(deserialize(serialize(first.state())))
      expect(second.state()).toEqual(first.state())
      foldInto(second, after, before.length)
      expect(second.state()).toEqual(whole.state())
      expect(first.version(streams.application(id))).toBe(BigInt(before.length))
    }),
  )
})
