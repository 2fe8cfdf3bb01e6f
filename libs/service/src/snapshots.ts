import {
  event,
  record,
  type LeaseEpoch,
  type SnapshotKept,
  type StoredEvent,
  type StreamName,
  type Writer,
} from '@tidemark/contracts'
import { WrongVersion } from '@tidemark/event-store'
import { OperatingError, type Retry } from '@tidemark/kernel'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { buildAppend, causeFrom } from './recorder.ts'
import type { Surroundings } from './surroundings.ts'

/** What is read again in a part of a second needs no snapshot. */
export const SNAPSHOT_EVENTS = 20_000
// The events that one saves weigh at least so many times what it weighs: all of them together stay below a
// quarter of the log.
const RATIO = 4
const BYTES_MAX = 512 * 1024 * 1024 // Of a state as it is in memory; a larger one is folded each time.
const TRIES_MAX = 3 // Older ones than these save little.

export interface SnapshotsOptions {
  /** `releaser-0`, `gateway`. */
  readonly reader: string
  readonly writer: Writer
  /** Where it is told which snapshots there are. */
  readonly stream: StreamName
  /** Of the code that folds, see `codeOf`: what other code has folded is left alone. */
  readonly code: string
  /** How many events at least lie between two of them. */
  readonly eventsMin: number
}

/** Where a fold stands: at the last event in it. */
export type FoldPlace = Pick<StoredEvent, 'position' | 'chain'>

/** A fold up to a position, as it was kept. */
export interface KeptFold extends FoldPlace {
  readonly state: unknown
}

type SnapshotSurroundings = Pick<Surroundings, 'store' | 'blobs' | 'log' | 'build' | 'crashPoints'>

/**
 * Snapshots of a fold over the log. They save the time of a start and decide nothing: one that is missing,
 * corrupt, of other code or of another log is left alone, and said so, and to fail at keeping one is no failure of
 * the service. Each is a sealed blob that an event names.
 */
export class Snapshots implements AsyncDisposable {
  readonly #surroundings: SnapshotSurroundings
  readonly #options: SnapshotsOptions
  /** Of the stream, as far as it was read. */
  #version = 0n
  /** What came since the newest of our code. */
  #events = 0
  #bytes = 0
  #newestBytes = 0
  #keeping: Promise<void> | undefined

  constructor(surroundings: SnapshotSurroundings, options: SnapshotsOptions) {
    this.#surroundings = surroundings
    this.#options = options
  }

  /** The newest that fits and is not behind `until`; `undefined` where the fold has to begin at the first event. */
  async load(signal: AbortSignal, until?: bigint): Promise<KeptFold | undefined> {
    const { store, log } = this.#surroundings
    const { stream, reader, code } = this.#options
    const stored = await store.readStream(stream, 0n, signal)
    for (const kept of stored) this.#note(kept)
    const snapshots = stored.flatMap((kept) => snapshotOf(kept) ?? [])
    const own = snapshots.filter((snapshot) => snapshot.code === code)
    if (snapshots.length > 0 && own.length === 0)
      log.info('snapshots of other code are left alone', { reader, count: snapshots.length })
    const fitting = own.filter(({ position }) => until === undefined || position <= until)
    for (const snapshot of fitting.toReversed().slice(0, TRIES_MAX)) {
      try {
        return await this.#read(snapshot, signal)
      } catch (error) {
        if (signal.aborted) throw error
        const position = String(snapshot.position)
        log.warn('a snapshot is left alone', { reader, position, error: String(error) })
      }
    }
    return undefined
  }

  /** An event that is folded. */
  seen(stored: StoredEvent): void {
    this.#events += 1
    this.#bytes += stored.body.length + stored.meta.length
    if (stored.stream === this.#options.stream) this.#note(stored)
  }

  /** Whether what came since the last one is worth another. */
  get isDue(): boolean {
    if (this.#keeping !== undefined || this.#events < this.#options.eventsMin) return false
    return this.#bytes >= RATIO * this.#newestBytes
  }

  /**
   * Keeps a fold. The state is taken as it is now; the rest goes on beside the caller's work, which need not wait
   * for it, and cannot fail by it.
   */
  keep(state: unknown, place: FoldPlace, epoch?: LeaseEpoch): void {
    const { log } = this.#surroundings
    const { reader } = this.#options
    this.#events = 0
    this.#bytes = 0
    const position = String(place.position)
    this.#keeping = this.#write(serialize(state), place, epoch)
      .catch((error: unknown) => {
        if (error instanceof WrongVersion) log.debug('another copy keeps a snapshot', { reader })
        else log.warn('a snapshot was not kept', { reader, position, error: String(error) })
      })
      .finally(() => {
        this.#keeping = undefined
      })
  }

  /** Waits for what is being kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeping
  }

  async #write(state: Buffer, place: FoldPlace, epoch: LeaseEpoch | undefined): Promise<void> {
    const { store, blobs, build, crashPoints, log } = this.#surroundings
    const { reader, writer, stream, code } = this.#options
    if (state.length > BYTES_MAX)
      throw new SnapshotUnfit(`its ${state.length} bytes are more than ${BYTES_MAX}`)
    const bytes = await promisify(zstdCompress)(state)
    const blob = await blobs.put(bytes)
    crashPoints.at(`${writer}.snapshot-kept`)
    const { position, chain } = place
    const kept = event('SnapshotKept', {
      reader,
      position,
      chain,
      code,
      blob,
      digest: digestOf(bytes),
      byteCount: BigInt(bytes.length),
    })
    const cause = causeFrom(`snapshot/${reader}/${position}`)
    const request = buildAppend({
      writer,
      build,
      events: [{ cause, stream, event: kept, project: '', cluster: '' }],
      expected: new Map([[stream, this.#version]]),
      epoch,
    })
    await store.append(request)
    crashPoints.at(`${writer}.snapshot-recorded`)
    log.info('snapshot kept', { reader, position: String(position), bytes: bytes.length })
  }

  async #read(snapshot: SnapshotKept, signal: AbortSignal): Promise<KeptFold> {
    const { store, blobs } = this.#surroundings
    const { position, chain } = snapshot
    const [last] = (await store.readLog(position - 1n, signal)).events
    if (last === undefined || !Buffer.from(last.chain).equals(chain))
      throw new SnapshotUnfit(`the log has another event at position ${position}`)
    const bytes = await blobs.get(snapshot.blob, signal)
    if (!digestOf(bytes).equals(snapshot.digest))
      throw new SnapshotUnfit('its bytes are not those that were kept')
    const state = await promisify(zstdDecompress)(bytes, { maxOutputLength: BYTES_MAX })
    return { state: deserialize(state), position, chain }
  }

  #note(stored: StoredEvent): void {
    if (stored.version > this.#version) this.#version = stored.version
    const snapshot = snapshotOf(stored)
    if (snapshot?.code !== this.#options.code) return
    this.#events = 0
    this.#bytes = 0
    this.#newestBytes = Number(snapshot.byteCount)
  }
}

/** It is left alone, and the log is folded from its start: nobody has to do anything. */
class SnapshotUnfit extends OperatingError {
  readonly code: string = 'snapshot-unfit'
  readonly retry: Retry = 'never'

  constructor(why: string) {
    super(`cannot use a snapshot: ${why}`)
  }
}

function snapshotOf(stored: StoredEvent): SnapshotKept | undefined {
  const recorded = record(stored)
  return recorded?.event.type === 'SnapshotKept' ? recorded.event.value : undefined
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
