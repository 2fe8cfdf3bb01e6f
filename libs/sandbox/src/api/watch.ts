import type { ClusterState } from '../cluster-state.ts'
import { objectAt, type Json, type JsonObject } from '../json.ts'
import type { StoreEvent } from '../store/object-store.ts'
import { partial } from '../table/partial.ts'
import { tableOf } from '../table/table.ts'
import { inVersion } from '../write/decode.ts'
import { negotiate, type Shape } from './accept.ts'
import { badRequest, expired } from './errors.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import { selectionOf, tableOptions } from './read.ts'
import type { Target } from './target.ts'

/** A client that reads this many events too slowly is cut off, and watches again from where it was. */
const QUEUE_MAX = 10_000
const BOOKMARK_MS = 60_000 // The API server sends them about once a minute.
const TIMEOUT_SECONDS = 1800 // Where the client names none: the API server's least.
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** A watch: what is there first where that was asked for, then each change as it comes. */
export function watchObjects(
  cluster: ClusterState,
  target: Target,
  request: ApiRequest,
): ApiResponse {
  const { shape } = negotiate(request.headers['accept'])
  const plan = planOf(target, cluster, request)
  // A watch of a version that is forgotten begins, and its first event says so.
  if (plan === 'too-old') return { ...jsonResponse(200, ''), body: tooOld(cluster, request) }
  const render = rendererOf(cluster, target, { request, shape })
  const body = streamWatch(cluster, target, { request, plan, render })
  return { ...jsonResponse(200, ''), body }
}

interface WatchPlan {
  readonly initial: boolean
  readonly since: number
  readonly bookmarks: boolean
  readonly endOfInitial: boolean
  readonly timeoutMs: number
}

function planOf(
  target: Target,
  cluster: ClusterState,
  { query }: ApiRequest,
): WatchPlan | 'too-old' {
  const version = query.get('resourceVersion') ?? ''
  const sendInitial = query.get('sendInitialEvents') === 'true'
  const bookmarks =
    query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1'
  if (sendInitial && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw badRequest(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    )
  }
  const since = Number(version === '' ? '0' : version)
  if (!Number.isInteger(since) || since < 0)
    throw badRequest(`invalid resource version ${JSON.stringify(version)}`)
  const initial = sendInitial || since === 0
  if (!initial && cluster.store.since(since, target.resource.storageKey) === undefined) {
    return 'too-old'
  }
  const seconds = Number(query.get('timeoutSeconds') ?? '0')
  const timeoutMs = 1000 * (seconds > 0 ? seconds : TIMEOUT_SECONDS)
  return { initial, since, bookmarks, endOfInitial: sendInitial, timeoutMs }
}

async function* tooOld(cluster: ClusterState, { query }: ApiRequest): AsyncGenerator<string> {
  const since = query.get('resourceVersion') ?? ''
  const error = expired(`too old resource version: ${since} (${cluster.store.oldest})`)
  yield line('ERROR', error.status())
}

type Render = (type: string, object: JsonObject) => string

function rendererOf(
  cluster: ClusterState,
  target: Target,
  { request, shape }: { readonly request: ApiRequest; readonly shape: Shape },
): Render {
  let isFirst = true
  return (type, object) => {
    const shown = inVersion(object, target.resource.apiVersion)
    if (shape === 'object' || type === 'ERROR') return line(type, shown)
    if (shape === 'partial') return line(type, partial(shown))
    const metadata = { resourceVersion: objectAt(object, 'metadata')['resourceVersion'] ?? '' }
    const rows = type === 'BOOKMARK' ? [] : [shown]
    const table = tableOf(target.resource, rows, { metadata, ...tableOptions(cluster, request) })
    // The columns are told once; the API server leaves them out from then on.
    const columns: Json = isFirst ? (table['columnDefinitions'] ?? []) : null
    isFirst = false
    return line(type, { ...table, columnDefinitions: columns })
  }
}

function line(type: string, object: JsonObject): string {
  return `${JSON.stringify({ type, object })}\n`
}

interface WatchStream {
  readonly request: ApiRequest
  readonly plan: WatchPlan
  readonly render: Render
}

async function* streamWatch(
  cluster: ClusterState,
  target: Target,
  { request, plan, render }: WatchStream,
): AsyncGenerator<string> {
  const { store, clock } = cluster
  const { storageKey } = target.resource
  const selects = selectionOf(target, request)
  using end = clock.deadline(plan.timeoutMs, request.signal)
  const queue = new EventQueue()
  const stop = store.listen(storageKey, (event) => queue.push(event))
  const wake = (): void => queue.close()
  end.signal.addEventListener('abort', wake, { once: true })
  try {
    // Taken in one go with the subscription: nothing is told twice, and nothing is missed.
    const initial = [...initialLines(cluster, target, { request, plan, render })]
    yield* initial
    yield* changes(cluster, target, { queue, selects, render, plan, signal: end.signal })
  } finally {
    stop()
    end.signal.removeEventListener('abort', wake)
  }
}

interface Changes {
  readonly queue: EventQueue
  readonly selects: (object: JsonObject) => boolean
  readonly render: Render
  readonly plan: WatchPlan
  readonly signal: AbortSignal
}

/** Each change as it comes, and bookmarks where there are none for long. */
async function* changes(
  cluster: ClusterState,
  target: Target,
  { queue, selects, render, plan, signal }: Changes,
): AsyncGenerator<string> {
  const { store, clock } = cluster
  let bookmarkAt = clock.monotonic() + BOOKMARK_MS
  while (!signal.aborted && !queue.isOverflown) {
    const event = queue.shift()
    const text = event === undefined ? undefined : changeLine(event, selects, render)
    if (text !== undefined) yield text
    if (event !== undefined) continue
    if (plan.bookmarks && clock.monotonic() >= bookmarkAt) {
      bookmarkAt = clock.monotonic() + BOOKMARK_MS
      yield render('BOOKMARK', bookmark(target, store.version))
    }
    await waitForEvent(cluster, queue, signal)
  }
}

async function waitForEvent(
  cluster: ClusterState,
  queue: EventQueue,
  signal: AbortSignal,
): Promise<void> {
  using pause = cluster.clock.deadline(BOOKMARK_MS, signal)
  await queue.wait(pause.signal)
}

/** What a watch says before anything changes: the state, or the changes since its version. */
function* initialLines(
  cluster: ClusterState,
  target: Target,
  { request, plan, render }: WatchStream,
): Generator<string> {
  const { store } = cluster
  const { storageKey } = target.resource
  const selects = selectionOf(target, request)
  if (plan.initial) {
    for (const key of store.keys(storageKey)) {
      const object = store.get(storageKey, key)
      if (object !== undefined && selects(object)) yield render('ADDED', object)
    }
    if (plan.endOfInitial && plan.bookmarks) {
      const annotations = { [INITIAL_EVENTS_END]: 'true' }
      yield render('BOOKMARK', bookmark(target, store.version, annotations))
    }
    return
  }
  for (const event of store.since(plan.since, storageKey) ?? []) {
    const text = changeLine(event, selects, render)
    if (text !== undefined) yield text
  }
}

/** An object that begins or ceases to be selected is added or deleted, for this watch. */
function changeLine(
  event: StoreEvent,
  selects: (object: JsonObject) => boolean,
  render: Render,
): string | undefined {
  const is = event.type !== 'DELETED' && selects(event.object)
  const was = event.previous !== undefined && selects(event.previous)
  if (!is && !was) return undefined
  if (is) return render(was ? 'MODIFIED' : 'ADDED', event.object)
  return render('DELETED', event.object)
}

function bookmark({ resource }: Target, version: number, annotations?: JsonObject): JsonObject {
  return {
    kind: resource.kind,
    apiVersion: resource.apiVersion,
    metadata: {
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    },
  }
}

/** What came and was not read yet. */
class EventQueue {
  #events: StoreEvent[] = []
  #wake: (() => void) | undefined
  #closed = false

  get isOverflown(): boolean {
    return this.#events.length > QUEUE_MAX
  }

  push(event: StoreEvent): void {
    if (!this.isOverflown) this.#events.push(event)
    this.#wake?.()
  }

  shift(): StoreEvent | undefined {
    return this.#events.shift()
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  /** Resolves when something is there to be read, the queue is closed, or the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#events.length > 0 || this.#closed || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.#wake = undefined
        signal.removeEventListener('abort', end)
        resolve()
      }
      this.#wake = end
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
