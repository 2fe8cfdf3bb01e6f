import { OperatingError, type Retry } from '@tidemark/kernel'
import { errors, headers as natsHeaders, type MsgHdrs } from '@nats-io/transport-node'
import { JetStreamApiError } from '@nats-io/jetstream'
import { type Headers } from '../bus.ts'
import {
  BusUnavailable,
  NoResponder,
  NoStream,
  RequestFailed,
  SubjectForbidden,
} from '../bus-errors.ts'
import { type HandlerFailure } from '../handler-failure.ts'

const RESERVED = /^nats-/i
const [CODE, RETRY, MESSAGE] = ['Tidemark-Error', 'Tidemark-Retry', 'Tidemark-Message'] as const
const STREAM_NOT_FOUND = 10_059

/** Whether the answer of the JetStream API is that there is no such stream. */
export function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND
}

/** What a failure of the client means to us: there is no answer, or nobody is there. */
export function busFailure(doing: string, subject: string, error: unknown): Error {
  if (error instanceof OperatingError) return error
  const forbidden = permissionViolation(error)
  if (forbidden !== undefined) return new SubjectForbidden(forbidden.operation, forbidden.subject)
  if (isNoResponders(error)) return new NoResponder(subject)
  if (isStreamMissing(error)) return new NoStream(subject)
  return new BusUnavailable(doing, error)
}

export function isNoResponders(error: unknown): boolean {
  return causes(error).some((cause) => cause instanceof errors.NoRespondersError)
}

export function isTimeout(error: unknown): boolean {
  return causes(error).some((cause) => cause instanceof errors.TimeoutError)
}

/** Headers as NATS sends them. */
export function toNatsHeaders(headers: Headers): MsgHdrs {
  const sent = natsHeaders()
  for (const [name, value] of Object.entries(headers)) sent.set(name, value)
  return sent
}

/** The headers that our own code gave, without those of the bus. */
export function fromNatsHeaders(received: MsgHdrs | undefined): Headers {
  if (received === undefined) return {}
  const names = received.keys().filter((name) => !RESERVED.test(name))
  return Object.fromEntries(names.map((name) => [name, received.get(name)]))
}

export function failureHeaders({ code, retry, message }: HandlerFailure): MsgHdrs {
  // A header is one line of text; base64 keeps the message whole.
  const encoded = Buffer.from(message).toString('base64')
  return toNatsHeaders({ [CODE]: code, [RETRY]: retry, [MESSAGE]: encoded })
}

/** The responder's error, when the answer is one. */
export function failureIn(headers: MsgHdrs | undefined): RequestFailed | undefined {
  const code = headers?.get(CODE) ?? ''
  if (headers === undefined || code === '') return undefined
  const message = Buffer.from(headers.get(MESSAGE), 'base64').toString()
  return new RequestFailed({ code, retry: retryOf(headers.get(RETRY)), message })
}

function retryOf(text: string): Retry {
  return text === 'now' || text === 'never' ? text : 'later'
}

function permissionViolation(
  error: unknown,
): { readonly operation: string; readonly subject: string } | undefined {
  const found = causes(error).find((cause) => cause instanceof errors.PermissionViolationError)
  if (!(found instanceof errors.PermissionViolationError)) return undefined
  return {
    operation: found.operation === 'publish' ? 'publish to' : 'subscribe to',
    subject: found.subject,
  }
}

const CAUSES_MAX = 5 // The client wraps an error twice at most.

function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let at = error; at instanceof Error && chain.length < CAUSES_MAX; at = at.cause)
    chain.push(at)
  return chain
}
