import {
  applicationId,
  event,
  inputId,
  streams,
  type ClusterInputRef,
  type NotificationObjectDeclared,
} from '@tidemark/contracts'
import {
  describeProblems,
  groupOf,
  NOTIFICATION_GROUP,
  readNotification,
  secretsOf,
} from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import type { NotificationObject } from '../domain/notification.ts'
import type { Plane } from '../domain/plane.ts'
import type { ReleaserDeps } from './deps.ts'
import { endRefusal, nameOf, refuse, type Declaration } from './refuse-object.ts'

const OBJECT_BYTES_MAX = 32 * 1024 // An event holds 48 KiB.
const KINDS: ReadonlySet<string> = new Set(['Receiver', 'Provider', 'Alert'])

/** Whether an object is a Receiver, Provider or Alert. */
export function isNotification({ ref: { apiVersion, kind } }: Declaration): boolean {
  return groupOf(apiVersion) === NOTIFICATION_GROUP && KINDS.has(kind)
}

/** Declares a Receiver, Provider or Alert, and asks its cluster for the Secrets that it names. */
export function declareNotification(deps: ReleaserDeps, declaration: Declaration): void {
  const { plane, decisions } = deps
  const { object, ref, parent, cause } = declaration
  const read = readNotification(object)
  if (read === undefined || read.kind === 'refused')
    return refuse(deps, declaration, describeProblems(nameOf(declaration), read?.problems ?? []))
  const objectJson = Buffer.from(JSON.stringify(object), 'utf8')
  if (objectJson.length > OBJECT_BYTES_MAX)
    return refuse(
      deps,
      declaration,
      `${nameOf(declaration)} has ${objectJson.length} bytes; at most ${OBJECT_BYTES_MAX} are allowed`,
    )
  endRefusal(deps, declaration)
  const id = applicationId(ref)
  const known = plane.notifications.get(id)
  const isSame = Buffer.from(known?.declared?.objectJson ?? []).equals(objectJson)
  if (!isSame || known?.declared?.declaredBy !== parent.id) {
    const declared = event('NotificationObjectDeclared', {
      objectId: id,
      object: ref,
      declaredBy: parent.id,
      project: parent.project,
      objectJson,
      generation: (known?.generation ?? 0n) + 1n,
    })
    decisions.record(cause, [{ stream: streams.notification(id), event: declared }])
  }
  askForSecrets(deps, id, cause)
}

/** ClusterInputRequested for each Secret that it names and nobody has asked its cluster for. */
function askForSecrets({ plane, decisions }: ReleaserDeps, id: string, cause: Cause): void {
  for (const ref of secretRefs(plane.notifications.get(id))) {
    if (plane.input(ref).requestedFor.demand) continue
    const asked = event('ClusterInputRequested', { input: ref })
    decisions.record(cause, [{ stream: streams.demand(ref), event: asked }])
  }
}

/** The ids of the Secrets that Receivers and Providers name: they are asked for as long as one of these is declared. */
export function secretsOfNotifications(plane: Plane): ReadonlySet<string> {
  return new Set(declaredNotifications(plane).flatMap(secretRefs).map(inputId))
}

const secrets = new WeakMap<NotificationObjectDeclared, readonly ClusterInputRef[]>()

function secretRefs(known: NotificationObject | undefined): readonly ClusterInputRef[] {
  if (known?.declared === undefined) return []
  const { declared } = known
  const read = secrets.get(declared) ?? readSecretRefs(declared)
  secrets.set(declared, read)
  return read
}

function readSecretRefs({
  object,
  objectJson,
}: NotificationObjectDeclared): readonly ClusterInputRef[] {
  const read = readNotification(JSON.parse(Buffer.from(objectJson).toString('utf8')))
  const { cluster = '', namespace = '' } = object ?? {}
  const names = read?.kind === 'read' ? secretsOf(read.model) : []
  return names.map((name) => ({ cluster, kind: 'Secret', namespace, name }))
}

/** Withdraws what an application declared and no longer holds. */
export function withdrawNotifications(
  deps: ReleaserDeps,
  { parentId, kept, cause }: { parentId: string; kept: ReadonlySet<string>; cause: Cause },
): void {
  for (const known of declaredNotifications(deps.plane))
    if (known.declared?.declaredBy === parentId && !kept.has(known.id))
      withdrawNotification(deps, { known, reason: `no longer in ${parentId}`, cause })
}

export function withdrawNotification(
  { decisions }: ReleaserDeps,
  { known, reason, cause }: { known: NotificationObject; reason: string; cause: Cause },
): void {
  const object = known.declared?.object
  const withdrawn = event('NotificationObjectWithdrawn', { objectId: known.id, object, reason })
  decisions.record(cause, [{ stream: streams.notification(known.id), event: withdrawn }])
}

/** Those that are declared now. */
export function declaredNotifications(plane: Plane): readonly NotificationObject[] {
  return [...plane.notifications.values()].filter(({ declared }) => declared !== undefined)
}
