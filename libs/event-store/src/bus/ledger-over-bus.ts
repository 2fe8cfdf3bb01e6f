import { busBlobs, type RawBlobs } from '@tidemark/blob-store'
import type { Requests } from '@tidemark/bus'
import {
  AppendReply,
  AppendRequest,
  LeaseAction,
  LeaseReply,
  LeaseRequest,
  ledgerSubjects,
  ParkAction,
  ParkReply,
  ParkRequest,
  ReadReply,
  ReadRequest,
  type AppendReceipt,
  type Page,
  type ParkedEvent,
  type StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import { LedgerUnavailable } from '../errors.ts'
import type { EventStore, LeaseWish, Leases, LedgerClient, Parking } from '../event-store.ts'
import { errorOf } from './ledger-faults.ts'

const TIMEOUT_MS = 10_000 // Twice what the ledger gives a statement: an answer in time is an answer.

export interface LedgerOverBusOptions {
  readonly bus: Pick<Requests, 'request'>
  /** Who asks. The bus lets nobody else publish on the subjects of that service. */
  readonly writer: Writer
  /** The one cluster that it is confined to, or `_`. */
  readonly scope: string
  readonly timeoutMs?: number
}

/** Sends a request and gives the bytes of the reply, or throws {@link LedgerUnavailable}. */
type Ask = (
  kind: keyof typeof ledgerSubjects,
  what: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
) => Promise<Uint8Array>

/**
 * The ledger, over the bus. An append without an answer may have been stored: asking again with the same
 * command id tells.
 */
export function ledgerOverBus(options: LedgerOverBusOptions): LedgerClient {
  const ask = askOver(options)
  return { store: storeOver(ask), leases: leasesOver(ask), parking: parkingOver(ask) }
}

/** The blobs of the ledger service, over the bus. What they hold is sealed before it gets here. */
export function blobsOverBus({
  bus,
  writer,
  scope,
  timeoutMs = TIMEOUT_MS,
}: LedgerOverBusOptions): RawBlobs {
  return busBlobs((bytes) => bus.request(ledgerSubjects.blob(writer, scope), bytes, { timeoutMs }))
}

function askOver({ bus, writer, scope, timeoutMs = TIMEOUT_MS }: LedgerOverBusOptions): Ask {
  return async (kind, what, bytes, signal) => {
    if (signal?.aborted === true) throw new LedgerUnavailable(what, signal.reason)
    const limits = signal === undefined ? { timeoutMs } : { timeoutMs, signal }
    try {
      return await bus.request(ledgerSubjects[kind](writer, scope), bytes, limits)
    } catch (error) {
      if (error instanceof OperatingError && error.retry === 'never') throw error
      throw new LedgerUnavailable(what, error)
    }
  }
}

function storeOver(ask: Ask): EventStore {
  return {
    append: (request, signal) => append(ask, request, signal),
    readLog: async (after, signal) => {
      const { events, head } = await readPage(
        ask,
        'read the log',
        { $case: 'log', value: { after, eventsMax: 0 } },
        signal,
      )
      return { events, head }
    },
    readStream: (stream, after, signal) => readStream(ask, { stream, after }, signal),
    readCursor: async (name, signal) => {
      const what = `read cursor ${name}`
      const { result } = await read(ask, what, { $case: 'cursor', value: { name } }, signal)
      if (result?.$case === 'cursor') return result.value
      throw unexpected(what, result)
    },
  }
}

async function append(
  ask: Ask,
  request: AppendRequest,
  signal: AbortSignal | undefined,
): Promise<AppendReceipt> {
  const bytes = await ask('append', 'append', AppendRequest.encode(request).finish(), signal)
  const { result } = AppendReply.decode(bytes)
  if (result?.$case === 'receipt') return result.value
  throw unexpected('append', result, request)
}

async function readStream(
  ask: Ask,
  { stream, after }: { readonly stream: string; readonly after: bigint },
  signal: AbortSignal | undefined,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let at = after; ;) {
    const value = { stream, after: at }
    const page = await readPage(ask, `read ${stream}`, { $case: 'stream', value }, signal)
    events.push(...page.events)
    if (!page.more) return events
    at = page.events.at(-1)?.version ?? at
  }
}

async function readPage(
  ask: Ask,
  what: string,
  request: ReadRequest['request'],
  signal: AbortSignal | undefined,
): Promise<Page> {
  const { result } = await read(ask, what, request, signal)
  if (result?.$case === 'page') return result.value
  throw unexpected(what, result)
}

async function read(
  ask: Ask,
  what: string,
  request: ReadRequest['request'],
  signal: AbortSignal | undefined,
): Promise<ReadReply> {
  return ReadReply.decode(await ask('read', what, ReadRequest.encode({ request }).finish(), signal))
}

function leasesOver(ask: Ask): Leases {
  const send = async (
    wish: LeaseWish,
    action: LeaseAction,
    signal: AbortSignal | undefined,
  ): ReturnType<Leases['acquire']> => {
    const what = `take or release lease ${wish.resource}`
    const request = { ...wish, ttlMs: BigInt(wish.ttlMs), action }
    const bytes = await ask('lease', what, LeaseRequest.encode(request).finish(), signal)
    const { result } = LeaseReply.decode(bytes)
    if (result?.$case === 'grant') return result.value
    throw unexpected(what, result)
  }
  return {
    acquire: (wish, signal) => send(wish, LeaseAction.LEASE_ACTION_ACQUIRE, signal),
    release: async (lease, signal) => {
      await send({ ...lease, ttlMs: 0 }, LeaseAction.LEASE_ACTION_RELEASE, signal)
    },
  }
}

function parkingOver(ask: Ask): Parking {
  const send = async (
    action: ParkAction,
    parked: Partial<ParkedEvent>,
    signal: AbortSignal | undefined,
  ): Promise<readonly ParkedEvent[]> => {
    const what = 'reach the table of parked events'
    const request = ParkRequest.fromPartial({ action, parked })
    const bytes = await ask('park', what, ParkRequest.encode(request).finish(), signal)
    const { result } = ParkReply.decode(bytes)
    if (result?.$case === 'parked') return result.value.events
    throw unexpected(what, result)
  }
  return {
    failed: async (failure, signal) => {
      const [parked] = await send(ParkAction.PARK_ACTION_FAILED, failure, signal)
      if (parked === undefined) throw unexpected('park an event', undefined)
      return parked
    },
    remove: async (reactor, position, signal) => {
      await send(ParkAction.PARK_ACTION_REMOVE, { reactor, position }, signal)
    },
    list: (reactor, signal) =>
      send(ParkAction.PARK_ACTION_LIST, { reactor: reactor ?? '' }, signal),
  }
}

/** A fault, as the error that it is; or a reply that says nothing. */
function unexpected(
  what: string,
  result: AppendReply['result'] | ReadReply['result'] | LeaseReply['result'] | ParkReply['result'],
  asked?: AppendRequest,
): OperatingError {
  return result?.$case === 'fault'
    ? errorOf(result.value, what, asked)
    : new LedgerUnavailable(what, new Error('the reply is empty'))
}
