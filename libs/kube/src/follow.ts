import { type Clock, OperatingError, type Random } from '@tidemark/kernel'

import type { Resource } from './discovery.ts'
import { ListExpired } from './errors.ts'
import type { ListAnswer } from './answers.ts'
import { isObject, type KubeObject, textAt, valueAt, type WireValue } from './kube-object.ts'
import { type ObjectVersion, peekVersion } from './peek-version.ts'
import { readLines } from './read-lines.ts'
import { refusalOf } from './refusal.ts'
import type { Wire } from './wire.ts'

/** What a follower sees. After each `listed`, what was known before and is not in it is gone. */
export type FollowEvent =
  | {
      readonly kind: 'listed'
      readonly objects: readonly KubeObject[]
      readonly resourceVersion: string
      /** When it was asked for, by the monotonic clock: what was written later may be missing in it. */
      readonly askedMs: number
    }
  | { readonly kind: 'changed'; readonly object: KubeObject }
  /** The last state before the end. */
  | { readonly kind: 'deleted'; readonly object: KubeObject }
  /** Nothing can be seen for now; it goes on by itself. Said once for each interruption. */
  | { readonly kind: 'interrupted'; readonly message: string }
  /** The first sign of life after `interrupted`. */
  | { readonly kind: 'resumed' }
  /** The server no longer has the kind; nothing follows. */
  | { readonly kind: 'not-served' }

interface FollowPort {
  readonly wire: Wire
  readonly clock: Clock
  readonly random: Random
  readonly resource: () => Promise<Resource | undefined>
  readonly list: (resource: Resource) => Promise<ListAnswer>
  readonly path: (resource: Resource, query: Readonly<Record<string, string>>) => string
  readonly isKnown: ((version: ObjectVersion) => boolean) | undefined
}

const BACKOFF_MS_MIN = 200
const BACKOFF_MS_MAX = 30_000
const WATCH_MS_MIN = 1_000 // A server that ends watches sooner would be asked without a pause.
const WATCH_SECONDS = 300 // Plus up to as much again by chance, so that watches do not all end at once.

/**
 * List, then watch from there; when a watch ends, watch on from the last version seen (bookmarks move it on); when the
 * server no longer has that version (410), list once more. Failures wait with full jitter, 0.2 to 30 s. It ends
 * only with the signal or when the kind is gone.
 */
export async function* follow(
  port: FollowPort,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent, void, undefined> {
  let isInterrupted = false
  let failures = 0
  for await (const event of sessions(port, signal)) {
    if (event.kind === 'broken') {
      failures += 1
      if (!isInterrupted) yield { kind: 'interrupted', message: event.error.message }
      isInterrupted = true
      await port.clock.sleep(backoffMs(failures, port.random), signal)
      continue
    }
    if (isInterrupted) yield { kind: 'resumed' }
    isInterrupted = false
    if (event.kind !== 'opened') failures = 0 // A server that opens and closes at once has not recovered.
    if (event.kind !== 'opened' && event.kind !== 'bookmark' && event.kind !== 'known') yield event
  }
}

/** `known`: what the follower had told that it knows. */
type SessionEvent =
  | FollowEvent
  | { readonly kind: 'opened' }
  | { readonly kind: 'bookmark' }
  | { readonly kind: 'known' }

/** Where the next watch begins. */
interface Place {
  /** Undefined: a list is needed first. */
  version: string | undefined
  /** Whether anything came since the list: a second 410 in a row is a failure, not a matter of time. */
  isProven: boolean
  isServed: boolean
}

async function* sessions(
  port: FollowPort,
  signal: AbortSignal,
): AsyncGenerator<
  SessionEvent | { readonly kind: 'broken'; readonly error: Error },
  void,
  undefined
> {
  const place: Place = { version: undefined, isProven: true, isServed: true }
  while (!signal.aborted && place.isServed) {
    try {
      yield* session(port, place, signal)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof OperatingError)) throw error
      const isExpired = error instanceof WatchExpired || error instanceof ListExpired
      if (isExpired) place.version = undefined
      if (!isExpired || !place.isProven) yield { kind: 'broken', error }
      if (isExpired) place.isProven = false // An outage proves nothing against the list before it.
    }
  }
}

async function* session(
  port: FollowPort,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<SessionEvent, void, undefined> {
  const resource = await port.resource()
  if (resource === undefined) {
    place.isServed = false
    yield { kind: 'not-served' }
    return
  }
  if (place.version === undefined) {
    const askedMs = port.clock.monotonic()
    const listed = await port.list(resource)
    if (listed.kind === 'refused') throw new WatchRefused(listed.message)
    place.version = listed.resourceVersion
    yield { ...listed, askedMs }
  }
  const opened = port.clock.monotonic()
  for await (const event of watchOnce({ port, resource, from: place.version }, signal)) {
    place.version = event.resourceVersion
    if (event.kind !== 'opened') place.isProven = true
    yield event
  }
  if (port.clock.monotonic() - opened < WATCH_MS_MIN)
    throw new WatchRefused('the watch ended at once')
}

type WatchEvent =
  | {
      readonly kind: 'changed' | 'deleted'
      readonly object: KubeObject
      readonly resourceVersion: string
    }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  | { readonly kind: 'known'; readonly resourceVersion: string }
  | { readonly kind: 'opened'; readonly resourceVersion: string }

async function* watchOnce(
  {
    port,
    resource,
    from,
  }: { readonly port: FollowPort; readonly resource: Resource; readonly from: string },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void, undefined> {
  const seconds = Math.round(WATCH_SECONDS * (1 + port.random.fraction()))
  const path = port.path(resource, {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from,
    timeoutSeconds: String(seconds),
  })
  const doing = `watch ${resource.plural}`
  const opened = await port.wire.open({ verb: 'watch', method: 'GET', path, doing }, signal)
  if (!('stream' in opened)) throw refusedWatch(opened.status, opened.text)
  yield { kind: 'opened', resourceVersion: from }
  for await (const line of readLines(port.wire.place, opened.stream)) {
    const version = port.isKnown === undefined ? undefined : peekVersion(line)
    if (version !== undefined && port.isKnown?.(version) === true)
      yield { kind: 'known', resourceVersion: version.resourceVersion }
    else yield readEvent(line)
  }
}

function readEvent(line: string): WatchEvent {
  const event = parseEvent(line)
  const object = valueAt(event, 'object')
  if (!isObject(object)) throw new WatchRefused('an event without an object')
  const resourceVersion = textAt(object, 'metadata', 'resourceVersion')
  switch (textAt(event, 'type')) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'changed', object, resourceVersion }
    case 'DELETED':
      return { kind: 'deleted', object, resourceVersion }
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion }
    default:
      throw refusedWatch(Number(valueAt(object, 'code') ?? 500), JSON.stringify(object))
  }
}

function parseEvent(line: string): KubeObject {
  try {
    const event: WireValue = JSON.parse(line)
    if (isObject(event)) return event
  } catch {
    // Told below: what follows may be cut as well, so the watch begins again from the last version that was read.
  }
  throw new WatchRefused('an event that is not a JSON object')
}

function refusedWatch(status: number, text: string): OperatingError {
  const { message } = refusalOf(status, text)
  return status === 410 ? new WatchExpired(message) : new WatchRefused(message)
}

function backoffMs(failures: number, random: Random): number {
  const ceiling = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures, 20))
  return Math.round(random.fraction() * ceiling)
}

/** The version that we know is too old for the server. */
class WatchExpired extends OperatingError {
  readonly code = 'watch-expired'
  readonly retry = 'now'
}

/** The server does not let us see it; the rights may change. */
class WatchRefused extends OperatingError {
  readonly code = 'watch-refused'
  readonly retry = 'later'
}
