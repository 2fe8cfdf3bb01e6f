import { isRecord } from '../fields.ts'
import type { Read } from '../flux-object.ts'
import { readAlert, type AlertModel } from './alert.ts'
import { readProvider, type ProviderModel } from './provider.ts'
import { readReceiver, type ReceiverModel } from './receiver.ts'

/** One of the three kinds of `notification.toolkit.fluxcd.io`. */
export type NotificationModel =
  | { readonly kind: 'Receiver'; readonly receiver: ReceiverModel }
  | { readonly kind: 'Provider'; readonly provider: ProviderModel }
  | { readonly kind: 'Alert'; readonly alert: AlertModel }

/** The group of the three kinds. */
export const NOTIFICATION_GROUP = 'notification.toolkit.fluxcd.io'

/** Reads a Receiver, Provider or Alert; `undefined` for what is none of them. */
export function readNotification(value: unknown): Read<NotificationModel> | undefined {
  const kind = isRecord(value) ? value['kind'] : undefined
  switch (kind) {
    case 'Receiver':
      return wrap(readReceiver(value), (receiver) => ({ kind, receiver }))
    case 'Provider':
      return wrap(readProvider(value), (provider) => ({ kind, provider }))
    case 'Alert':
      return wrap(readAlert(value), (alert) => ({ kind, alert }))
    default:
      return undefined
  }
}

/** The Secrets that it names, in its namespace. */
export function secretsOf(model: NotificationModel): readonly string[] {
  switch (model.kind) {
    case 'Receiver':
      return [model.receiver.secretName]
    case 'Provider': {
      const { secretName, proxySecretName, certSecretName } = model.provider
      const names = [secretName, proxySecretName, certSecretName]
      return [...new Set(names.filter((name) => name !== ''))]
    }
    default:
      return []
  }
}

function wrap<Model>(
  read: Read<Model>,
  into: (model: Model) => NotificationModel,
): Read<NotificationModel> {
  return read.kind === 'refused' ? read : { kind: 'read', model: into(read.model) }
}
