import {
  event,
  Metadata,
  streams,
  type AnyEvent,
  type ClusterInputOutcome,
  type Recorded,
} from '@tidemark/contracts'
import * as fc from 'fast-check'
import { deserialize, serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { ReadModel } from './read-model.ts'

const app = 'dev_flux-system_kustomization_shop'
const count = fc.bigInt(1n, 4n)
const place = { applicationId: app, cluster: 'dev' }
const object = { cluster: 'dev', apiVersion: 'v1', kind: 'K', namespace: 'n', name: 'shop' }
const input = { cluster: 'dev', kind: 'Secret', namespace: 'n', name: 'git' }

interface Placed {
  readonly stream: string
  readonly event: AnyEvent
}

const ofApplication = fc
  .oneof(
    count.map((generation) =>
      event('ApplicationDeclared', { ...place, object, generation, objectJson: Buffer.of(1, 2) }),
    ),
    fc.constant(event('ApplicationRemoved', { applicationId: app })),
    fc.constant(event('ApplicationSuspended', { applicationId: app, reason: 'r', untilMs: 9n })),
    count.map((request) => event('RenderRequested', { applicationId: app, request, object })),
    count.map((number) => event('ReleaseCut', { applicationId: app, number, revision: 'main@1' })),
    count.map((number) => event('HoldPlaced', { applicationId: app, number })),
  )
  .map((value): Placed => ({ stream: streams.application(app), event: value }))
const ofRollout = fc
  .oneof(
    count.map((number) => event('RolloutPlanned', { applicationId: app, number, rollout: number })),
    count.map((apply) => event('ApplyRequested', { ...place, apply })),
    count.map((number) => event('RolloutCompleted', { applicationId: app, number })),
    count.map((number) => event('RolloutStopped', { applicationId: app, number, message: 'm' })),
  )
  .map((value): Placed => ({ stream: streams.rollout(app), event: value }))
const ofDeployment = fc
  .oneof(
    count.map((apply) => event('ApplyStarted', { ...place, apply })),
    count.map((apply) => event('ApplyFinished', { ...place, apply })),
    count.map((apply) => event('HealthChanged', { ...place, apply, message: 'waits' })),
    fc.constant(event('DriftDetected', { ...place })),
  )
  .map((value): Placed => ({ stream: streams.deployment(app, 'dev'), event: value }))
const elsewhere: fc.Arbitrary<Placed> = fc.oneof(
  fc.constant({
    stream: streams.intake('s'),
    event: event('SourceDeclared', { sourceId: 's', object }),
  }),
  fc.constant({
    stream: streams.intake('s'),
    event: event('SourceWithdrawn', { sourceId: 's', object }),
  }),
  count.map((sequence) => ({
    stream: streams.source('s'),
    event: event('RevisionFetched', { sourceId: 's', sequence }),
  })),
  fc.constant({
    stream: streams.source('s'),
    event: event('FetchFailed', { sourceId: 's', code: 'C' }),
  }),
  fc.constant({
    stream: streams.cluster('dev'),
    event: event('ClusterRegistered', { cluster: 'dev' }),
  }),
  fc.boolean().map((reachable) => ({
    stream: streams.connection('dev'),
    event: event('ClusterReachabilityChanged', { cluster: 'dev', reachable }),
  })),
  count.map((blob) => ({
    stream: streams.secret(input),
    event: event('SecretSet', { secret: input, blob: String(blob) }),
  })),
  fc.constantFrom(1, 2, 3).map((outcome: ClusterInputOutcome) => ({
    stream: streams.input(input),
    event: event('ClusterInputObserved', { input, outcome }),
  })),
  count.map((size) => ({
    stream: streams.checkpoint('main'),
    event: event('CheckpointSigned', { size, note: 'n' }),
  })),
)
const log = fc.array(fc.oneof(ofApplication, ofRollout, ofDeployment, elsewhere), { maxLength: 60 })

/** The events as the ledger gives them back, with positions, versions and times. */
function stored(events: readonly Placed[]): readonly Recorded[] {
  const versions = new Map<string, bigint>()
  return events.map(({ stream, event: value }, index) => {
    const version = (versions.get(stream) ?? 0n) + 1n
    versions.set(stream, version)
    const position = BigInt(index + 1)
    const parts = { id: '', schema: 1, body: new Uint8Array(), meta: new Uint8Array(), writer: '' }
    const rest = { leaf: new Uint8Array(), chain: new Uint8Array(), atUs: position * 1_000n }
    const entry = { ...parts, ...rest, position, stream, version, type: value.type }
    return { stored: entry, position, stream, event: value, meta: Metadata.fromPartial({}) }
  })
}

function fold(events: readonly Recorded[], model = new ReadModel()): ReadModel {
  for (const recorded of events) model.fold(recorded)
  return model
}

test('a read model from a snapshot is the one from the start, wherever it was kept', () => {
  fc.assert(
    fc.property(log, fc.nat(60), (events, cut) => {
      const all = stored(events)
      const model = new ReadModel()
      model.restore(deserialize(serialize(fold(all.slice(0, cut)).state())))
      expect(fold(all.slice(cut), model).digest()).toBe(fold(all).digest())
    }),
  )
})

test('what was put away does not change when the model does', () => {
  const all = stored([
    { stream: streams.intake('s'), event: event('SourceDeclared', { sourceId: 's', object }) },
    { stream: streams.source('s'), event: event('FetchFailed', { sourceId: 's', code: 'C' }) },
  ])
  const model = fold(all.slice(0, 1))
  const kept = serialize(model.state())
  const before = model.digest()
  fold(all.slice(1), model)
  const restored = new ReadModel()
  restored.restore(deserialize(kept))
  expect([restored.digest(), model.digest() === before]).toEqual([before, false])
})
