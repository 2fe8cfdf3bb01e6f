import { familyOf, idOf, isWriter, type Writer } from './streams.ts'
import { token } from './token.ts'

/** What of an event makes its subject. */
export interface SubjectParts {
  readonly project: string
  readonly cluster: string
  readonly stream: string
  readonly type: string
}

/** The one JetStream stream that holds the log: its sequence is the ledger's position. */
export const LOG_STREAM = 'TIDEMARK_LOG'
/** What the log stream listens to. Only the relay may publish there. */
export const LOG_SUBJECTS = 'tidemark.events.>'
/** What each message of the log stream says beside its bytes. */
export const LOG_HEADERS = {
  position: 'Tidemark-Position',
  /** In hexadecimal. */
  chain: 'Tidemark-Chain',
  incarnation: 'Tidemark-Incarnation',
} as const
/** A hint that the ledger has grown. It carries nothing. */
export const WAKE_SUBJECT = 'tidemark.wake'

/** `tidemark.events.<project>.<cluster or _>.<family>.<type>.<id>`, which tooling may subscribe to. */
export function eventSubject({ project, cluster, stream, type }: SubjectParts): string {
  const family = familyOf(stream) ?? '_'
  return [
    'tidemark.events',
    token(project),
    token(cluster),
    family,
    type,
    token(idOf(stream)),
  ].join('.')
}

/** Requests of services to the ledger. The identity of the writer is the subject itself. */
export const ledgerSubjects: {
  readonly append: (service: string, scope: string) => string
  readonly read: (service: string, scope: string) => string
  readonly blob: (service: string, scope: string) => string
  readonly lease: (service: string, scope: string) => string
  readonly park: (service: string, scope: string) => string
} = {
  append: (service, scope) => `tidemark.append.${token(service)}.${token(scope)}`,
  read: (service, scope) => `tidemark.read.${token(service)}.${token(scope)}`,
  blob: (service, scope) => `tidemark.blob.${token(service)}.${token(scope)}`,
  lease: (service, scope) => `tidemark.lease.${token(service)}.${token(scope)}`,
  park: (service, scope) => `tidemark.park.${token(service)}.${token(scope)}`,
}

/** What the ledger answers to: each kind of request, of any service in any scope. */
export const LEDGER_PATTERNS: Readonly<Record<keyof typeof ledgerSubjects, string>> = {
  append: 'tidemark.append.*.*',
  read: 'tidemark.read.*.*',
  blob: 'tidemark.blob.*.*',
  lease: 'tidemark.lease.*.*',
  park: 'tidemark.park.*.*',
}

/** Who asks, as the subject of a request says it: only that service can publish there. */
export function askerOf(
  subject: string,
): { readonly writer: Writer; readonly scope: string } | undefined {
  const [, , service, scope] = subject.split('.')
  if (service === undefined || scope === undefined || !isWriter(service)) return undefined
  return { writer: service, scope }
}
