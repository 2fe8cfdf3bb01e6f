import type { NotificationObjectView } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import type { ApiClient } from '../client/api-client.ts'
import { formatAge, type Column } from '../client/print.ts'

export type NotificationKind = 'receivers' | 'providers' | 'alerts'

const KINDS = { receivers: 'Receiver', providers: 'Provider', alerts: 'Alert' } as const

/** The Receivers, Providers or Alerts of a cluster and a namespace, or of all. */
export async function notificationObjects(
  api: ApiClient,
  kind: NotificationKind,
  { cluster = '', namespace = '' }: { readonly cluster?: string; readonly namespace?: string },
): Promise<readonly NotificationObjectView[]> {
  const request = { kind: KINDS[kind], cluster, namespace }
  return (await api.call(api.raw.listNotificationObjects, request)).objects
}

type Columns = readonly Column<NotificationObjectView>[]

const FIRST: Columns = [
  { title: 'CLUSTER', value: ({ object }) => object?.cluster ?? '' },
  { title: 'NAMESPACE', value: ({ object }) => object?.namespace ?? '' },
  { title: 'NAME', value: ({ object }) => object?.name ?? '' },
]
const READY: Columns = [
  {
    title: 'READY',
    value: ({ ready, suspended }) => (suspended ? 'Suspended' : ready ? 'True' : 'False'),
    tone: ({ ready }) => (ready ? 'good' : 'bad'),
  },
]
const SENDING: Columns = [
  { title: 'SENT', value: ({ sent }) => String(sent) },
  { title: 'PENDING', value: ({ pending }) => String(pending) },
  { title: 'FAILED', value: ({ failed }) => String(failed) },
  {
    title: 'LAST',
    value: ({ sentAtMs }) => (sentAtMs === 0n ? '' : formatAge(sentAtMs, systemClock.now())),
  },
]
const LAST: Columns = [
  {
    title: 'MESSAGE',
    value: ({ reason, message }) => (message === '' ? '' : `${reason}: ${message}`),
  },
]

/** What a line says of each kind. A sender delivers to the path, at the address that webhooks are taken at. */
export const NOTIFICATION_COLUMNS: Readonly<Record<NotificationKind, Columns>> = {
  receivers: [
    ...FIRST,
    { title: 'TYPE', value: ({ type }) => type },
    ...READY,
    { title: 'PATH', value: ({ hookPath }) => hookPath },
    ...LAST,
  ],
  providers: [
    ...FIRST,
    { title: 'TYPE', value: ({ type }) => type },
    ...READY,
    ...SENDING,
    ...LAST,
  ],
  alerts: [
    ...FIRST,
    { title: 'PROVIDER', value: ({ type }) => type },
    ...READY,
    ...SENDING,
    ...LAST,
  ],
}

/** `cluster/namespace/name`. */
export function notificationName({ object }: NotificationObjectView): string {
  return [object?.cluster, object?.namespace, object?.name].join('/')
}
