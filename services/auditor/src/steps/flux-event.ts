import { derivedId, type ObjectRef } from '@tidemark/contracts'
import type { Severity } from '@tidemark/flux'

const MESSAGE_LETTERS_MAX = 8_000 // It travels in events, which hold 48 KiB; Flux's own bound is 39,000.

/** An event as Flux's controllers send it, so that what reads Flux's webhooks reads ours. The order of fields is Go's. */
export interface FluxEvent {
  readonly involvedObject: {
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly apiVersion: string
  }
  readonly severity: Severity
  /** RFC 3339, in whole seconds. */
  readonly timestamp: string
  readonly message: string
  readonly reason: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly reportingController: string
  readonly reportingInstance: string
}

/** What is told of an object, before it is known to whom. */
export interface Told {
  readonly object: ObjectRef
  readonly labels: ReadonlyMap<string, string>
  readonly severity: Severity
  readonly reason: string
  readonly message: string
  /** `event.toolkit.fluxcd.io/...` of the object. */
  readonly annotations: ReadonlyMap<string, string>
  /** What Flux's controller would say: `revision`, `originRevision`. */
  readonly metadata: ReadonlyMap<string, string>
  /** The commit that it came of; empty where none is known. */
  readonly commit: string
  readonly news: News
}

export type News =
  /** Something happened. */
  | 'change'
  /** A reconciliation came to its end; Flux tells it to commits and to generic receivers alone. */
  | 'outcome'
  /** A commit that changed nothing for the object: only the commit is told. */
  | 'covered'

/** Metadata, the lowest first: the cluster, annotations of the object, what the Alert adds, what the controller says. */
export function fluxEvent(
  told: Told,
  { added, atMs }: { readonly added: ReadonlyMap<string, string>; readonly atMs: number },
): FluxEvent {
  const { cluster, kind, namespace, name, apiVersion } = told.object
  const metadata = new Map([
    ['cluster', cluster],
    ...told.annotations,
    ...added,
    ...told.metadata,
    ...(isUpdate(told) ? [['commit_status', 'update'] as const] : []),
  ])
  const message = told.message.trim().toWellFormed()
  return {
    involvedObject: {
      kind,
      namespace,
      name,
      uid: derivedId('uid', cluster, kind, namespace, name),
      apiVersion,
    },
    severity: told.severity,
    timestamp: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    message:
      message.length > MESSAGE_LETTERS_MAX
        ? `${message.slice(0, MESSAGE_LETTERS_MAX).toWellFormed()}…`
        : message,
    reason: told.reason,
    metadata: Object.fromEntries(
      [...metadata].toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
    reportingController: controllerOf(kind),
    reportingInstance: 'tidemark',
  }
}

/** Whether Flux's controller marks it for commits: at a good end of a Kustomization. */
export function isUpdate({ news, severity, object }: Told): boolean {
  return news !== 'change' && severity === 'info' && object.kind !== 'HelmRelease'
}

/** What identifies a notification: the same again within five minutes is dropped. */
export function keyOf({ object, reason, message, metadata, news }: Told): string {
  const revisions = [metadata.get('revision') ?? '', metadata.get('originRevision') ?? '']
  const { cluster, kind, namespace, name } = object
  return derivedId(
    'notification',
    cluster,
    kind,
    namespace,
    name,
    reason,
    message,
    news,
    ...revisions,
  )
}

/** The controller of Flux that would tell of the kind. */
function controllerOf(kind: string): string {
  if (kind === 'Kustomization') return 'kustomize-controller'
  return kind === 'HelmRelease' ? 'helm-controller' : 'source-controller'
}
