import {
  applicationId,
  familyOf,
  Health,
  idOf,
  RolloutStop,
  type HealthChanged,
  type KeyValue,
  type NotificationObjectDeclared,
  type ObjectRef,
  type Recorded,
  type RolloutStopped,
  type SourceDeclared,
} from '@tidemark/contracts'
import {
  isRecord,
  labelsOf,
  readApplication,
  readNotification,
  textOf,
  type NotificationModel,
} from '@tidemark/flux'
import { KnownInputs } from '@tidemark/service'
import { emptyOutbox, evolveOutbox, type Outbox } from '../domain/outbox.ts'

/** Families that the fold looks at, beside those of Secrets. */
export const TOLD_FAMILIES = [
  'intake',
  'source',
  'application',
  'rollout',
  'render',
  'deployment',
  'notification',
  'outbox',
] as const
const RELEASES_KEPT = 200 // Of whose revisions something may still be told.
const ANNOTATION = 'event.toolkit.fluxcd.io/'

export interface KnownSource {
  readonly id: string
  declared: SourceDeclared | undefined
  objects: readonly ObjectRef[]
  /** Id of an object -> its labels. */
  readonly labels: Map<string, ReadonlyMap<string, string>>
  revision: string
  originRevision: string
}

/** How the newest attempt at an application ended. */
export type Outcome =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly reason: string; readonly message: string }

/** An application, as far as something is told of it. */
export interface KnownApplication {
  readonly id: string
  object: ObjectRef | undefined
  parentId: string
  labels: ReadonlyMap<string, string>
  annotations: ReadonlyMap<string, string>
  /** The Flux object that it takes its files from, as an id. */
  sourceObject: string
  sourceKind: string
  /** The newest render that was asked for, and all whose revision may still be asked for. */
  requestedRevision: string
  readonly requests: Map<bigint, string>
  readonly releases: Map<bigint, string>
  /** How its newest rollout ended, and its health since. */
  rolled: Outcome | undefined
  /** Why its newest render failed. */
  unrendered: Outcome | undefined
  /** Whether a release ran on the cluster before. */
  wasApplied: boolean
  rolling: boolean
  /** Suspended, held or removed: commits change nothing for it. */
  stands: boolean
}

/** A Receiver, Provider or Alert that is declared. */
export interface KnownNotification {
  readonly declared: NotificationObjectDeclared
  readonly model: NotificationModel
}

/** All that notifications are made from, folded from the ledger. */
export class KnownObjects {
  readonly sources: Map<string, KnownSource> = new Map()
  readonly applications: Map<string, KnownApplication> = new Map()
  readonly notifications: Map<string, KnownNotification> = new Map()
  readonly outboxes: Map<string, Outbox> = new Map()
  readonly inputs: KnownInputs = new KnownInputs()

  outbox(alertId: string): Outbox {
    return this.outboxes.get(alertId) ?? emptyOutbox
  }

  /** The source that stands for a Flux object. */
  sourceOf(objectId: string): KnownSource | undefined {
    if (objectId === '') return undefined
    for (const source of this.sources.values())
      if (source.objects.some((object) => applicationId(object) === objectId)) return source
    return undefined
  }

  fold(recorded: Recorded): void {
    const id = idOf(recorded.stream)
    switch (TOLD_FAMILIES.find((name) => name === familyOf(recorded.stream))) {
      case 'intake':
      case 'source':
        this.#foldSource(id, recorded)
        break
      case 'application':
      case 'rollout':
        foldApplication(this.#application(id), recorded)
        break
      case 'render':
      case 'deployment':
        foldApplication(this.#application(id.replace(/@[^@]*$/u, '')), recorded)
        break
      case 'notification':
        this.#foldNotification(recorded)
        break
      case 'outbox': {
        const { version, atUs } = recorded.stored
        this.outboxes.set(id, evolveOutbox(this.outbox(id), recorded.event, { version, atUs }))
        break
      }
      default:
        this.inputs.fold(recorded)
        break
    }
  }

  #application(id: string): KnownApplication {
    const known = this.applications.get(id) ?? {
      id,
      object: undefined,
      parentId: '',
      labels: new Map(),
      annotations: new Map(),
      sourceObject: '',
      sourceKind: '',
      requestedRevision: '',
      requests: new Map(),
      releases: new Map(),
      rolled: undefined,
      unrendered: undefined,
      wasApplied: false,
      rolling: false,
      stands: false,
    }
    this.applications.set(id, known)
    return known
  }

  #foldSource(id: string, { event: { type, value } }: Recorded): void {
    const known = this.sources.get(id) ?? {
      id,
      declared: undefined,
      objects: [],
      labels: new Map<string, ReadonlyMap<string, string>>(),
      revision: '',
      originRevision: '',
    }
    this.sources.set(id, known)
    switch (type) {
      case 'SourceDeclared':
        known.declared = value
        known.objects = [...without(known.objects, value.object), ...listed(value.object)]
        for (const object of listed(value.object))
          known.labels.set(applicationId(object), labelMap(value.labels))
        break
      case 'SourceWithdrawn':
        known.objects = without(known.objects, value.object)
        for (const object of listed(value.object)) known.labels.delete(applicationId(object))
        break
      case 'RevisionFetched':
        known.revision = value.revision
        known.originRevision = value.originRevision
        break
      default:
        break
    }
  }

  #foldNotification({ event: { type, value } }: Recorded): void {
    if (type === 'NotificationObjectWithdrawn') this.notifications.delete(value.objectId)
    if (type !== 'NotificationObjectDeclared') return
    const read = readNotification(parse(value.objectJson))
    if (read?.kind === 'read')
      this.notifications.set(value.objectId, { declared: value, model: read.model })
    else this.notifications.delete(value.objectId)
  }
}

function foldApplication(known: KnownApplication, { event: { type, value } }: Recorded): void {
  switch (type) {
    case 'ApplicationDeclared':
      declare(known, value)
      break
    case 'ApplicationRemoved':
    case 'ApplicationSuspended':
    case 'HoldPlaced':
      known.stands = true
      break
    case 'ApplicationResumed':
    case 'HoldLifted':
      known.stands = false
      break
    case 'RenderRequested':
      known.requestedRevision = value.revision
      keep(known.requests, value.request, value.revision)
      break
    case 'RenderFailed':
      known.unrendered = { kind: 'bad', reason: 'BuildFailed', message: value.message }
      break
    case 'Rendered':
      known.unrendered = undefined
      break
    case 'ReleaseCut':
    case 'ReleaseConfirmed':
      keep(known.releases, value.number, value.revision)
      break
    case 'RolloutPlanned':
      known.rolling = true
      break
    case 'RolloutCompleted':
      Object.assign(known, { rolling: false, wasApplied: true, rolled: { kind: 'good' } })
      break
    case 'RolloutStopped':
      known.rolling = false
      known.rolled = stopOf(value) ?? known.rolled
      break
    case 'HealthChanged':
      if (!known.rolling) known.rolled = healthOf(value) ?? known.rolled
      break
    default:
      break
  }
}

/** How an application stands: a render that failed, else how its rollout ended. */
export function outcomeOf({ unrendered, rolled }: KnownApplication): Outcome | undefined {
  return unrendered ?? rolled
}

/** What a rollout that stopped says of its application; `undefined` where it was superseded or removed. */
export function stopOf({ stop, message }: RolloutStopped): Outcome | undefined {
  if (stop === RolloutStop.ROLLOUT_STOP_APPLY_FAILED)
    return { kind: 'bad', reason: 'ReconciliationFailed', message }
  if (stop === RolloutStop.ROLLOUT_STOP_UNHEALTHY)
    return { kind: 'bad', reason: 'HealthCheckFailed', message }
  return undefined
}

/** What a change of health behind a rollout says; `undefined` where it says nothing yet. */
export function healthOf({ health, message, objects }: HealthChanged): Outcome | undefined {
  if (health === Health.HEALTH_HEALTHY) return { kind: 'good' }
  if (health !== Health.HEALTH_FAILED && health !== Health.HEALTH_TIMED_OUT) return undefined
  const parts = objects.map((object) => `${object.id}: ${object.message}`)
  return { kind: 'bad', reason: 'HealthCheckFailed', message: [message, ...parts].join('\n') }
}

function declare(
  known: KnownApplication,
  value: { object?: ObjectRef | undefined; parentId: string; objectJson: Uint8Array },
): void {
  const object = parse(value.objectJson)
  const read = readApplication(object)
  const { cluster = '' } = value.object ?? {}
  Object.assign(known, {
    object: value.object,
    parentId: value.parentId,
    labels: labelsOf(object),
    annotations: annotationsOf(object),
    sourceKind: read?.kind === 'read' ? read.model.source.kind : '',
    sourceObject: read?.kind === 'read' ? applicationId({ cluster, ...read.model.source }) : '',
    stands: read?.kind === 'read' && read.model.suspend,
  })
}

/** What is said for notifications on the object itself. */
function annotationsOf(object: unknown): ReadonlyMap<string, string> {
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {}
  const annotations = isRecord(metadata['annotations']) ? metadata['annotations'] : {}
  return new Map(
    Object.entries(annotations)
      .filter(([key]) => key.startsWith(ANNOTATION))
      .map(([key, text]) => [key.slice(ANNOTATION.length), textOf(text)]),
  )
}

function keep(map: Map<bigint, string>, key: bigint, revision: string): void {
  map.set(key, revision)
  const [oldest] = map.keys()
  if (map.size > RELEASES_KEPT && oldest !== undefined) map.delete(oldest)
}

function labelMap(labels: readonly KeyValue[]): ReadonlyMap<string, string> {
  return new Map(labels.map(({ key, value }) => [key, value]))
}

function listed(object: ObjectRef | undefined): readonly ObjectRef[] {
  return object === undefined ? [] : [object]
}

function without(objects: readonly ObjectRef[], gone: ObjectRef | undefined): readonly ObjectRef[] {
  if (gone === undefined) return objects
  const id = applicationId(gone)
  return objects.filter((object) => applicationId(object) !== id)
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString('utf8'))
  } catch {
    return undefined
  }
}
