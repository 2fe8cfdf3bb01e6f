import {
  refuseWriter,
  sha256,
  type AppendRequest,
  type NewEvent,
  type Writer,
} from '@tidemark/contracts'
import { owns, type LedgerIdentity } from '../identity.ts'
import { InvalidAppend, NotAllowed } from '../errors.ts'
import { EVENT_BYTES_MAX, NAME_BYTES_MAX } from '../page.ts'

/** Of one append. It has to fit into one bus message (1 MiB), and into memory 256 times. */
export const APPEND_BYTES_MAX: number = 768 * 1024
/** Of one append: a push may ask for as many renders at once. */
export const APPEND_EVENTS_MAX = 1_000
const SCHEMA_MAX = 0xff_ff_ff // Fits the signed column and the unsigned field alike.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u

/** An append whose form and right were checked. */
export interface CheckedAppend {
  readonly writer: Writer
  readonly request: AppendRequest
  /** What tells one content from another under the same command id. */
  readonly digest: Uint8Array
  /** Bytes of all bodies and metadata. */
  readonly size: number
}

/**
 * Checks what can be known without the store. Throws {@link InvalidAppend} for a malformed or oversized
 * append and {@link NotAllowed} for one that is not this writer's to make.
 */
export function checkAppend(identity: LedgerIdentity, request: AppendRequest): CheckedAppend {
  checkNames(request)
  checkEvents(identity, request)
  checkCursor(identity, request)
  const size = request.events.reduce((sum, { body, meta }) => sum + body.length + meta.length, 0)
  if (size > APPEND_BYTES_MAX)
    throw new InvalidAppend(
      `cannot append ${size} bytes at once: ${APPEND_BYTES_MAX} is the most; split the append`,
    )
  return { writer: identity.writer, request, digest: digestOf(request), size }
}

function checkNames({ commandId, expected, events, epoch, cursor }: AppendRequest): void {
  if (commandId === '' && events.length > 0)
    throw new InvalidAppend('cannot append events without a command id')
  checkName(commandId)
  for (const { stream } of expected) checkName(stream)
  for (const { stream } of events) checkName(stream)
  if (epoch !== undefined) checkName(epoch.resource)
  if (cursor !== undefined) checkName(cursor.name)
  if (hasDouble(expected.map(({ stream }) => stream)))
    throw new InvalidAppend('cannot append with two expected versions of one stream')
}

function checkName(name: string): void {
  // A UTF-16 unit is at most three bytes of UTF-8: most names need no counting.
  if (name.length * 3 > NAME_BYTES_MAX && Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new InvalidAppend(
      `cannot append under the name "${name.slice(0, 64)}...": ${NAME_BYTES_MAX} bytes is the most`,
    )
  if (name.includes('\0')) throw new InvalidAppend('cannot append under a name that holds a NUL')
}

function hasDouble(names: readonly string[]): boolean {
  return names.length > 1 && new Set(names).size < names.length
}

function checkEvents({ writer, scope }: LedgerIdentity, { events }: AppendRequest): void {
  if (events.length > APPEND_EVENTS_MAX)
    throw new InvalidAppend(
      `cannot append ${events.length} events at once: ${APPEND_EVENTS_MAX} is the most; split the append`,
    )
  for (const event of events) {
    const refused = refuseWriter(writer, event.stream, event.type, scope)
    if (refused !== undefined) throw new NotAllowed(`cannot append ${event.type}: ${refused}`)
    checkForm(event)
  }
  if (hasDouble(events.map(({ id }) => id)))
    throw new InvalidAppend('cannot append two events with one id')
}

function checkForm({ id, type, stream, schema, body, meta }: NewEvent): void {
  const what = `cannot append ${type} to ${stream}`
  if (!UUID.test(id)) throw new InvalidAppend(`${what}: its id "${id.slice(0, 64)}" is no UUID`)
  if (!Number.isSafeInteger(schema) || schema < 1 || schema > SCHEMA_MAX)
    throw new InvalidAppend(`${what}: its schema is ${schema}, not between 1 and ${SCHEMA_MAX}`)
  const size = body.length + meta.length
  if (size > EVENT_BYTES_MAX)
    throw new InvalidAppend(
      `${what}: it has ${size} bytes and ${EVENT_BYTES_MAX} is the most; ` +
        'put what is large into the blob store and its digest into the event',
    )
}

function checkCursor({ writer }: LedgerIdentity, { cursor }: AppendRequest): void {
  if (cursor === undefined) return
  if (!owns(writer, cursor.name))
    throw new NotAllowed(`cannot move cursor ${cursor.name}: it is not ${writer}'s`)
  if (cursor.to < cursor.from)
    throw new InvalidAppend(
      `cannot move cursor ${cursor.name} back from ${cursor.from} to ${cursor.to}`,
    )
}

/**
 * What an append says: its events without their metadata. Metadata, epoch, cursor and expected versions
 * describe the attempt (a trace, a lease, how far a page went), and a second attempt at the same command after a
 * crash may carry others.
 */
function digestOf({ events }: AppendRequest): Uint8Array {
  const parts = events.flatMap(({ id, stream, type, schema, body }) => [
    Buffer.from(`${id} ${schema} ${type} ${stream}\0${body.length} `),
    body,
  ])
  return sha256(Buffer.concat(parts))
}
