import { isObject, listAt, textAt, type WireValue } from './kube-object.ts'

/** Why an API server said no. */
export type RefusalReason =
  | 'not-found'
  | 'kind-not-served'
  | 'forbidden'
  | 'namespace-terminating'
  | 'invalid'
  | 'already-exists'
  | 'field-conflict'
  | 'too-large'
  | 'other'

/** The answer is no, in the API server's words. It will be the same until somebody changes something. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  /** Without values of Secrets: the API server names fields, not their values, in what it refuses. */
  readonly message: string
  readonly causes: readonly RefusalCause[]
}

export interface RefusalCause {
  /** As in `status.details.causes[].reason`, such as `FieldValueInvalid`. */
  readonly reason: string
  readonly field: string
  readonly message: string
}

/** Reads a `Status` answer of 4xx. A body that is none (a proxy's page) gives its first words. */
export function refusalOf(status: number, text: string): Refused {
  const body = parseStatus(text)
  const causes = listAt(body, 'details', 'causes').map((cause) => ({
    reason: textAt(cause, 'reason'),
    field: textAt(cause, 'field'),
    message: textAt(cause, 'message'),
  }))
  const message =
    textAt(body, 'message') || text.slice(0, MESSAGE_LENGTH_MAX).trim() || `HTTP ${status}`
  const reason = reasonOf(status, textAt(body, 'reason'), causes)
  return { kind: 'refused', reason, message: message.replace(TYPED_VALUE, 'another type'), causes }
}

/** An object whose fields are of the wrong type; kube-apiserver 1.36 answers it with 500. */
const WRONG_TYPE = 'failed to create typed patch object'
const TYPED_VALUE = /&value\.valueUnstructured\{.*\}/gsu // It may be what somebody wrote into a Secret.

/** Whether a 5xx is about the object that was sent, so that sending it again never helps. */
export function isRefusalDespite5xx(text: string): boolean {
  return textAt(parseStatus(text), 'message').startsWith(WRONG_TYPE)
}

/** A refusal that we find out ourselves, before or instead of a request. */
export function refused(reason: RefusalReason, message: string): Refused {
  return { kind: 'refused', reason, message, causes: [] }
}

const MESSAGE_LENGTH_MAX = 512

const REASONS: ReadonlyMap<number, RefusalReason> = new Map([
  [400, 'invalid'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [413, 'too-large'],
  [422, 'invalid'],
  [500, 'invalid'], // See `isRefusalDespite5xx`.
])

function reasonOf(status: number, reason: string, causes: readonly RefusalCause[]): RefusalReason {
  if (reason === 'AlreadyExists') return 'already-exists'
  if (causes.some((cause) => cause.reason === 'FieldManagerConflict')) return 'field-conflict'
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating'))
    return 'namespace-terminating'
  return REASONS.get(status) ?? 'other'
}

function parseStatus(text: string): WireValue | undefined {
  try {
    const value: WireValue = JSON.parse(text)
    return isObject(value) && textAt(value, 'kind') === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}
