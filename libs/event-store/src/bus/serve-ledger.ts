import { answerBlobRequests, type RawBlobs } from '@tidemark/blob-store'
import type { Requests } from '@tidemark/bus'
import {
  AppendReply,
  AppendRequest,
  askerOf,
  LEDGER_PATTERNS,
  LeaseAction,
  LeaseReply,
  LeaseRequest,
  ParkAction,
  ParkReply,
  ParkRequest,
  ReadReply,
  ReadRequest,
  type LedgerFault,
} from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import { InvalidAppend, NotAllowed } from '../errors.ts'
import type { LedgerClient } from '../event-store.ts'
import type { LedgerStore } from '../ledger-store.ts'
import { mayHaveMore } from '../page.ts'
import {
  asSeenBy,
  parkedOfScope,
  refuseForeign,
  refuseOthers,
  ScopedBlobs,
  type Asker,
} from './confine.ts'
import { faultOf } from './ledger-faults.ts'

const QUEUE = 'ledger' // Each request goes to one of the ledger's processes.
const APPENDS_MAX = 256 // As many as one group takes.
const READS_MAX = 16 // Pages of 512 KiB that are in memory at once.
const CALLS_MAX = 16
const BLOBS_MAX = 32 // Messages of 512 KiB that are in memory at once.

/**
 * Answers what services ask of the ledger over the bus. Who asks is what the subject says, which the bus lets
 * nobody else publish on; nothing in a message can change it. Dispose it to drain: no new request is taken, and
 * those under way are answered.
 */
export async function serveLedger(
  bus: Pick<Requests, 'respond'>,
  store: LedgerStore,
  blobs: RawBlobs,
): Promise<AsyncDisposable> {
  const served = new AsyncDisposableStack()
  const scoped = new ScopedBlobs(store, blobs)
  const answerBlobs = (subject: string, bytes: Uint8Array): Promise<Uint8Array> =>
    answerBlobRequests(scoped.for(readAsker(subject)))(bytes)
  const serve = async (
    kind: keyof typeof LEDGER_PATTERNS,
    parallelMax: number,
    reply: Reply,
  ): Promise<void> => {
    const limits = { queue: QUEUE, parallelMax }
    const responder = await bus.respond(
      LEDGER_PATTERNS[kind],
      ({ subject, bytes }, signal) => answer(store, reply, { subject, bytes, signal }),
      limits,
    )
    served.use(responder)
  }
  try {
    await serve('append', APPENDS_MAX, appendReply)
    await serve('read', READS_MAX, readReply(store))
    await serve('lease', CALLS_MAX, leaseReply)
    await serve('park', CALLS_MAX, parkReply)
    const limits = { queue: QUEUE, parallelMax: BLOBS_MAX }
    const pattern = LEDGER_PATTERNS.blob
    served.use(
      await bus.respond(pattern, ({ subject, bytes }) => answerBlobs(subject, bytes), limits),
    )
    return served
  } catch (error) {
    await served.disposeAsync()
    throw error
  }
}

interface Asked {
  readonly subject: string
  readonly bytes: Uint8Array
  readonly signal: AbortSignal
}

/** Who asks, and what it may do at the ledger. */
interface Asking extends LedgerClient {
  readonly asker: Asker
}

/** How one kind of request is read, answered and refused. */
interface Reply {
  readonly done: (asking: Asking, bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>
  readonly refused: (fault: LedgerFault) => Uint8Array
}

async function answer(
  store: LedgerStore,
  { done, refused }: Reply,
  { subject, bytes, signal }: Asked,
): Promise<Uint8Array> {
  try {
    const asker = readAsker(subject)
    const client = store.clientFor(asker.writer, asker.scope)
    return await done({ ...client, asker }, bytes, signal)
  } catch (error) {
    if (error instanceof OperatingError) return refused(faultOf(error))
    throw error
  }
}

function readAsker(subject: string): Asker {
  const asker = askerOf(subject)
  if (asker === undefined) throw new NotAllowed(`cannot answer ${subject}: it names no service`)
  return asker
}

const appendReply: Reply = {
  done: async ({ store, asker }, bytes, signal) => {
    const request = readAs(AppendRequest, bytes)
    if (request.cursor !== undefined) refuseOthers(asker, 'move cursor', request.cursor.name)
    const receipt = await store.append(request, signal)
    return AppendReply.encode({ result: { $case: 'receipt', value: receipt } }).finish()
  },
  refused: (fault) => AppendReply.encode({ result: { $case: 'fault', value: fault } }).finish(),
}

function readReply(store: LedgerStore): Reply {
  return {
    done: async (asking, bytes, signal) => {
      const result = await readFor(store, asking, readAs(ReadRequest, bytes), signal)
      return ReadReply.encode({ result }).finish()
    },
    refused: (fault) => ReadReply.encode({ result: { $case: 'fault', value: fault } }).finish(),
  }
}

async function readFor(
  store: LedgerStore,
  asking: Asking,
  { request }: ReadRequest,
  signal: AbortSignal,
): Promise<ReadReply['result']> {
  const { asker } = asking
  switch (request?.$case) {
    case 'log': {
      const page = await asking.store.readLog(request.value.after, signal)
      const { head } = page
      const more = (page.events.at(-1)?.position ?? head) < head
      const events = page.events.map((event) => asSeenBy(asker, event))
      return { $case: 'page', value: { events, head, more } }
    }
    case 'stream': {
      const { stream, after } = request.value
      const events = await store.readStreamPage(stream, after, signal)
      refuseForeign(asker, stream, events)
      return { $case: 'page', value: { events, head: 0n, more: mayHaveMore(events) } }
    }
    case 'cursor': {
      const { name } = request.value
      refuseOthers(asker, 'read cursor', name)
      return { $case: 'cursor', value: await asking.store.readCursor(name, signal) }
    }
    default:
      throw new InvalidAppend('cannot read: the request names nothing that this ledger knows')
  }
}

const leaseReply: Reply = {
  done: async ({ leases, asker }, bytes, signal) => {
    const { action, ttlMs, resource, holder } = readAs(LeaseRequest, bytes)
    refuseOthers(asker, 'take or release lease', resource)
    if (action === LeaseAction.LEASE_ACTION_ACQUIRE) {
      const value = await leases.acquire({ resource, holder, ttlMs: Number(ttlMs) }, signal)
      return LeaseReply.encode({ result: { $case: 'grant', value } }).finish()
    }
    if (action !== LeaseAction.LEASE_ACTION_RELEASE)
      throw new InvalidAppend(`cannot do action ${action} to lease ${resource}`)
    await leases.release({ resource, holder }, signal)
    const value = { epoch: 0n, holder: '', remainingMs: 0n }
    return LeaseReply.encode({ result: { $case: 'grant', value } }).finish()
  },
  refused: (fault) => LeaseReply.encode({ result: { $case: 'fault', value: fault } }).finish(),
}

const parkReply: Reply = {
  done: async (asking, bytes, signal) => {
    const events = await parkFor(asking, readAs(ParkRequest, bytes), signal)
    return ParkReply.encode({ result: { $case: 'parked', value: { events } } }).finish()
  },
  refused: (fault) => ParkReply.encode({ result: { $case: 'fault', value: fault } }).finish(),
}

async function parkFor(
  { parking, asker }: Asking,
  { action, parked }: ParkRequest,
  signal: AbortSignal,
): ReturnType<LedgerClient['parking']['list']> {
  if (action === ParkAction.PARK_ACTION_LIST) {
    const reactor = parked?.reactor ?? ''
    const list = await parking.list(reactor === '' ? undefined : reactor, signal)
    return parkedOfScope(asker, list)
  }
  if (parked === undefined) throw new InvalidAppend('cannot park: the request names no event')
  refuseOthers(asker, 'park events of', parked.reactor)
  if (action === ParkAction.PARK_ACTION_FAILED) return [await parking.failed(parked, signal)]
  if (action !== ParkAction.PARK_ACTION_REMOVE)
    throw new InvalidAppend(`cannot do action ${action} to a parked event`)
  await parking.remove(parked.reactor, parked.position, signal)
  return []
}

/** Bytes that are no such message are the asker's mistake, never a reason to fall over. */
function readAs<T>(codec: { decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return codec.decode(bytes)
  } catch (error) {
    throw new InvalidAppend('cannot read the request: it is no such message', { cause: error })
  }
}
