import {
  NotificationObjectView,
  type ListNotificationObjectsRequest,
  type ListNotificationObjectsResponse,
  type ObjectRef,
} from '@tidemark/contracts'
import { readNotification, type NotificationModel } from '@tidemark/flux'
import { mayUse } from '../domain/verbs.ts'
import type { Identity } from '../ports.ts'
import type { NotificationState } from '../projections/notification-state.ts'
import type { ReadModel } from '../projections/read-model.ts'
import type { OpenReceivers } from './receivers/open-receivers.ts'

type Judged = Pick<NotificationObjectView, 'ready' | 'reason' | 'message' | 'hookPath'>

/** Receivers, Providers and Alerts, for people. */
export class NotificationApi {
  readonly #model: ReadModel
  readonly #receivers: OpenReceivers

  constructor(model: ReadModel, receivers: OpenReceivers) {
    this.#model = model
    this.#receivers = receivers
  }

  /** The path of a Receiver is shown to those alone who may poke: whoever knows it can, for some types. */
  async list(
    { kind, cluster, namespace }: ListNotificationObjectsRequest,
    { role }: Identity,
  ): Promise<ListNotificationObjectsResponse> {
    const objects: NotificationObjectView[] = []
    for (const state of this.#model.notifications.values()) {
      const object = state.declared?.object
      if (object === undefined || !isWanted(object, { kind, cluster, namespace })) continue
      const view = await this.#view(state, object)
      objects.push(mayUse(role, 'reconcile') ? view : { ...view, hookPath: '' })
    }
    return { objects: objects.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) }
  }

  async #view(state: NotificationState, object: ObjectRef): Promise<NotificationObjectView> {
    const json = Buffer.from(state.declared?.objectJson ?? []).toString('utf8')
    const read = readNotification(JSON.parse(json))
    const model = read?.kind === 'read' ? read.model : undefined
    return NotificationObjectView.fromPartial({
      object,
      ...specOf(model),
      ...(model?.kind === 'Receiver' ? await this.#judgeReceiver(state) : judgeSending(state)),
      sent: state.sent,
      failed: state.failed,
      pending: state.queued - state.sent - state.failed,
      sentAtMs: state.sentAtUs / 1000n,
    })
  }

  async #judgeReceiver(state: NotificationState): Promise<Judged> {
    const found = await this.#receivers.stateOf(state)
    if (found?.kind === 'ready')
      return { ready: true, reason: 'Ready', message: '', hookPath: found.receiver.path }
    const { reason = 'Unknown', message = '' } = found ?? {}
    return { ready: false, reason, message, hookPath: '' }
  }
}

function judgeSending({ failing, sent }: NotificationState): Judged {
  if (failing !== undefined)
    return { ready: false, reason: failing.code, message: failing.message, hookPath: '' }
  return { ready: true, reason: sent === 0n ? 'NothingSent' : 'Ready', message: '', hookPath: '' }
}

function specOf(model: NotificationModel | undefined): { type: string; suspended: boolean } {
  switch (model?.kind) {
    case 'Receiver':
      return { type: model.receiver.type, suspended: model.receiver.suspend }
    case 'Provider':
      return { type: model.provider.type, suspended: model.provider.suspend }
    case 'Alert':
      return { type: model.alert.providerName, suspended: model.alert.suspend }
    default:
      return { type: '', suspended: false }
  }
}

function isWanted(object: ObjectRef, wanted: ListNotificationObjectsRequest): boolean {
  return (['kind', 'cluster', 'namespace'] as const).every(
    (field) => wanted[field] === '' || wanted[field] === object[field],
  )
}

function keyOf({ object }: NotificationObjectView): string {
  return [object?.cluster, object?.namespace, object?.kind, object?.name].join('/')
}
