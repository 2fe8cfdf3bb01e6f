import {
  applicationId,
  streams,
  type AnyEvent,
  type ObjectRef,
  type Recorded,
} from '@tidemark/contracts'
import { isTold, setsCommitStatus, type AlertModel, type ProviderModel } from '@tidemark/flux'
import { decideQueue, evolveOutbox, type Outbox } from '../domain/outbox.ts'
import { fluxEvent, isUpdate, keyOf, type Told } from './flux-event.ts'
import type { KnownNotification, KnownObjects } from './known-objects.ts'
import { tell } from './tell.ts'

/** An event that was decided, and where it belongs. */
export interface Queued {
  readonly alertId: string
  readonly stream: string
  readonly event: AnyEvent
  readonly project: string
  readonly cluster: string
}

/** Any event -> NotificationQueued in the outbox of each Alert that tells of it. `known` is what was before it. */
export function queueNotifications(known: KnownObjects, recorded: Recorded): readonly Queued[] {
  if (known.notifications.size === 0) return []
  const told = tell(known, recorded)
  if (told.length === 0) return []
  return [...known.notifications.values()].flatMap((notification) => {
    const { declared, model } = notification
    if (model.kind !== 'Alert') return []
    let outbox = known.outbox(declared.objectId)
    return told.flatMap((one) => {
      const parts = { notification, alert: model.alert, told: one, recorded, outbox }
      const queued = queue(known, parts)
      outbox = evolveAll(outbox, queued, recorded)
      return queued
    })
  })
}

/** What one event queues follows one another in its outbox. */
function evolveAll(outbox: Outbox, queued: readonly Queued[], { stored }: Recorded): Outbox {
  const { atUs } = stored
  return queued.reduce(
    (state, { event }) => evolveOutbox(state, event, { version: state.version + 1n, atUs }),
    outbox,
  )
}

interface Queueing {
  readonly notification: KnownNotification
  readonly alert: AlertModel
  readonly told: Told
  readonly recorded: Recorded
  readonly outbox: Outbox
}

function queue(
  known: KnownObjects,
  { notification, alert, told, recorded, outbox }: Queueing,
): readonly Queued[] {
  const { object, objectId: alertId, project } = notification.declared
  if (object === undefined || object.cluster !== told.object.cluster) return []
  if (!isTold(alert, { object: { ...told.object, labels: told.labels }, ...pick(told) })) return []
  const providerId = providerOf(object, alert)
  if (!isFor(providerModel(known, providerId), told)) return []
  const { atUs, position } = recorded.stored
  const event = fluxEvent(told, { added: alert.metadata, atMs: Number(atUs / 1000n) })
  const wish = {
    alertId,
    providerId,
    aboutPosition: position,
    eventJson: Buffer.from(JSON.stringify(event), 'utf8'),
    key: keyOf(told),
    commit: told.commit,
    atUs,
  }
  const decided = decideQueue(outbox, wish)
  const stream = streams.outbox(alertId)
  return decided.map((one) => ({ alertId, stream, event: one, project, cluster: object.cluster }))
}

function pick({ severity, message }: Told): Pick<Told, 'severity' | 'message'> {
  return { severity, message }
}

/** The Provider that an Alert names, in its namespace. */
export function providerOf(
  { cluster }: ObjectRef,
  { namespace, providerName }: AlertModel,
): string {
  return applicationId({ cluster, kind: 'Provider', namespace, name: providerName })
}

/** The Provider of an id, where it is declared. */
export function providerModel(known: KnownObjects, id: string): ProviderModel | undefined {
  const model = known.notifications.get(id)?.model
  return model?.kind === 'Provider' ? model.provider : undefined
}

/** Whether a Provider takes such news at all, by Flux's rules. What names a Provider that is not declared waits for it. */
function isFor(provider: ProviderModel | undefined, told: Told): boolean {
  if (provider === undefined) return told.news !== 'covered'
  if (provider.suspend) return false
  if (setsCommitStatus(provider.type))
    return told.commit !== '' && (told.news !== 'change' || told.severity === 'error')
  if (told.news === 'covered') return false
  return isGeneric(provider) || !isUpdate(told)
}

function isGeneric({ type }: ProviderModel): boolean {
  return type === 'generic' || type === 'generic-hmac'
}
