import {
  ApplyOutcome,
  event,
  Health,
  Metadata,
  RolloutStop,
  streams,
  type AnyEvent,
  type NotificationQueued,
  type ObjectRef,
  type Recorded,
} from '@tidemark/contracts'
import { expect, test } from 'vitest'
import type { FluxEvent } from './flux-event.ts'
import { KnownObjects } from './known-objects.ts'
import { queueNotifications } from './queue-notifications.ts'

const SHOP = 'eu_flux-system_kustomization_shop'
const ONE = `main@sha1:${'1'.repeat(40)}`
const TWO = `main@sha1:${'2'.repeat(40)}`
const SHOP_OBJECT: ObjectRef = {
  cluster: 'eu',
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'shop',
}
const FLEET: ObjectRef = { ...SHOP_OBJECT, kind: 'GitRepository', name: 'fleet' }

/** Events of a ledger, each read as it comes, and what they queued for each Alert. */
class Told {
  readonly known = new KnownObjects()
  readonly queued = new Map<string, NotificationQueued[]>()
  #position = 0n

  tell(stream: string, value: AnyEvent): this {
    this.#position += 1n
    const at = this.#position
    const queued = queueNotifications(this.known, recordedAt(stream, value, at))
    for (const one of queued) {
      if (one.event.type !== 'NotificationQueued') continue
      const { alertId } = one.event.value
      this.queued.set(alertId, [...(this.queued.get(alertId) ?? []), one.event.value])
      const version = this.known.outbox(alertId).version + 1n
      this.known.fold({ ...recordedAt(one.stream, one.event, at, version) })
    }
    this.known.fold(recordedAt(stream, value, at))
    return this
  }

  declare(kind: string, name: string, spec: object): this {
    const object = {
      ...SHOP_OBJECT,
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind,
      name,
    }
    const objectId = `eu_flux-system_${kind.toLowerCase()}_${name}`
    const json = { ...object, metadata: { name, namespace: 'flux-system' }, spec }
    const objectJson = Buffer.from(JSON.stringify(json))
    const declared = event('NotificationObjectDeclared', { objectId, object, objectJson })
    return this.tell(streams.notification(objectId), declared)
  }

  /** Reason, message, and the commit or the news of what an Alert was given. */
  given(alert: string): readonly string[] {
    const queued = this.queued.get(`eu_flux-system_alert_${alert}`) ?? []
    return queued.map(({ eventJson, commit }) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- We made it.
      const { reason, message, severity } = JSON.parse(
        Buffer.from(eventJson).toString(),
      ) as FluxEvent
      return `${severity} ${reason}: ${message} ${commit.slice(0, 1)}`.trim()
    })
  }
}

function recordedAt(
  stream: string,
  value: AnyEvent,
  position: bigint,
  version = position,
): Recorded {
  const meta = Metadata.fromPartial({})
  const stored = {
    position,
    id: String(position),
    stream,
    version,
    type: value.type,
    schema: 1,
    body: new Uint8Array(),
    meta: new Uint8Array(),
    writer: 'test',
    atUs: position * 1_000_000n,
    leaf: new Uint8Array(),
    chain: new Uint8Array(),
  }
  return { stored, stream, position, meta, event: value }
}

const EVERYTHING = [
  { kind: 'Kustomization', name: '*' },
  { kind: 'GitRepository', name: '*' },
]

/** A plane with an application, a source, and Alerts to a commit, to a chat and to a webhook. */
function given(annotations: Readonly<Record<string, string>> = {}): Told {
  const spec = {
    interval: '1m',
    prune: true,
    path: './apps/shop',
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
  }
  const metadata = { name: 'shop', namespace: 'flux-system', annotations }
  const objectJson = Buffer.from(JSON.stringify({ ...SHOP_OBJECT, metadata, spec }))
  const told = new Told()
  const all = { eventSources: EVERYTHING }
  return told
    .declare('Provider', 'commits', { type: 'github', address: 'https://github.com/a/b' })
    .declare('Provider', 'chat', { type: 'slack', address: 'https://chat.example.com' })
    .declare('Provider', 'hook', { type: 'generic', address: 'https://hook.example.com' })
    .declare('Alert', 'commits', { ...all, providerRef: { name: 'commits' } })
    .declare('Alert', 'chat', { ...all, providerRef: { name: 'chat' } })
    .declare('Alert', 'hook', {
      ...all,
      providerRef: { name: 'hook' },
      summary: 'ours',
      eventMetadata: { revision: 'never', team: 'of the Alert' },
    })
    .tell(streams.intake('s'), event('SourceDeclared', { sourceId: 's', object: FLEET }))
    .tell(
      streams.application(SHOP),
      event('ApplicationDeclared', { applicationId: SHOP, object: SHOP_OBJECT, objectJson }),
    )
}

/** A release of a revision that is cut and rolled out. */
function release(told: Told, number: bigint, revision: string): Told {
  const of = { applicationId: SHOP, number, request: number, revision }
  return told
    .tell(streams.application(SHOP), event('RenderRequested', of))
    .tell(streams.render(SHOP), event('Rendered', of))
    .tell(streams.application(SHOP), event('ReleaseCut', of))
    .tell(streams.rollout(SHOP), event('RolloutPlanned', { ...of, rollout: number }))
    .tell(
      streams.deployment(SHOP, 'eu'),
      event('ApplyFinished', {
        ...of,
        cluster: 'eu',
        outcome: ApplyOutcome.APPLY_OUTCOME_APPLIED,
        counts: {
          created: 2,
          configured: 1,
          unchanged: 0,
          pruned: 0,
          failed: 0,
          held: 0,
          skipped: 0,
        },
      }),
    )
}

const finished = event('RolloutCompleted', { applicationId: SHOP, rollout: 1n, number: 1n })
const END = 'Reconciliation finished: release 1 runs'

test('a release that runs is told to its commit and to the webhook; a chat hears what changed', () => {
  const told = release(given(), 1n, ONE).tell(streams.rollout(SHOP), finished)
  expect(told.given('commits')).toEqual([`info ReconciliationSucceeded: ${END} 1`])
  expect(told.given('chat')).toEqual(['info Progressing: 2 created, 1 configured, 0 deleted 1'])
  expect(told.given('hook')).toEqual([
    'info Progressing: 2 created, 1 configured, 0 deleted 1',
    `info ReconciliationSucceeded: ${END} 1`,
  ])
})

test('metadata: what the controller says wins over the Alert, and that over the object', () => {
  const prefix = 'event.toolkit.fluxcd.io/'
  const annotations = { [`${prefix}team`]: 'of the object', [`${prefix}own`]: 'kept', other: 'no' }
  const told = release(given(annotations), 1n, ONE)
  const [first] = told.queued.get('eu_flux-system_alert_hook') ?? []
  const { metadata }: { metadata: object } = JSON.parse(
    Buffer.from(first?.eventJson ?? []).toString('utf8'),
  )
  expect(metadata).toEqual({
    cluster: 'eu',
    own: 'kept',
    revision: ONE,
    summary: 'ours',
    team: 'of the Alert',
  })
})

test('a render that failed, an apply that was refused and bad health fail on their commits', () => {
  const failed = { applicationId: SHOP, request: 2n, message: 'a.yaml:3: broken' }
  const told = release(given(), 1n, ONE)
    .tell(
      streams.rollout(SHOP),
      event('RolloutStopped', {
        applicationId: SHOP,
        number: 1n,
        stop: RolloutStop.ROLLOUT_STOP_APPLY_FAILED,
        message: 'it is invalid',
      }),
    )
    .tell(
      streams.application(SHOP),
      event('RenderRequested', { applicationId: SHOP, request: 2n, revision: TWO }),
    )
    .tell(streams.render(SHOP), event('RenderFailed', failed))
    .tell(
      streams.deployment(SHOP, 'eu'),
      event('HealthChanged', {
        applicationId: SHOP,
        number: 1n,
        health: Health.HEALTH_FAILED,
        message: 'web crashes',
      }),
    )
  expect(told.given('commits')).toEqual([
    'error ReconciliationFailed: it is invalid 1',
    'error BuildFailed: a.yaml:3: broken 2',
    'error HealthCheckFailed: web crashes 1',
  ])
})

test('a commit that changes nothing gets the status that holds; the others are told nothing', () => {
  const admitted = event('RevisionAdmitted', { sourceId: 's', revision: TWO, covered: 1 })
  const told = release(given(), 1n, ONE)
    .tell(streams.rollout(SHOP), finished)
    .tell(streams.intake('s'), admitted)
  expect(told.given('commits').at(-1)).toBe(
    'info ReconciliationSucceeded: Reconciliation finished: nothing to change 2',
  )
  expect(told.given('hook')).toHaveLength(2)
})

test('the same news is dropped, and a source tells its revisions and failures', () => {
  const failed = event('FetchFailed', {
    sourceId: 's',
    code: 'SOURCE_AUTHENTICATION',
    message: 'no',
  })
  const fetched = event('RevisionFetched', {
    sourceId: 's',
    revision: ONE,
    commit: { sha: '1', author: 'ada', subject: 'a change', committedAtMs: 0n },
  })
  const told = given()
    .tell(streams.source('s'), failed)
    .tell(streams.source('s'), failed)
    .tell(streams.source('s'), fetched)
  expect(told.given('hook')).toEqual([
    'error AuthenticationFailed: no',
    "info NewArtifact: stored artifact for commit 'a change'",
  ])
  expect(told.given('commits')).toEqual([])
})

test('what is suspended or withdrawn is told to nobody', () => {
  const alertId = 'eu_flux-system_alert_hook'
  const told = given()
    .declare('Provider', 'chat', { type: 'slack', address: 'https://x.example.com', suspend: true })
    .tell(
      streams.notification(alertId),
      event('NotificationObjectWithdrawn', { objectId: alertId }),
    )
  expect(release(told, 1n, ONE).given('hook')).toEqual([])
  expect(told.given('chat')).toEqual([])
})
