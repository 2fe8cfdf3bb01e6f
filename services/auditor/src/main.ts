import { CHAIN_START, type StoredEvent } from '@tidemark/contracts'
import { LogReader } from '@tidemark/event-store'
import { openTiledTree, type NoteSigner, type TiledTree } from '@tidemark/merkle'
import {
  buildAppend,
  causeFrom,
  runWithLease,
  type RunningService,
  type Surroundings,
} from '@tidemark/service'
import { isCheckpointDue } from './domain/checkpointing.ts'
import { followNotifications } from './adapters/follow-notifications.ts'
import { NOTIFIER } from './adapters/outbox-writer.ts'
import type { AuditStorage, Courier } from './ports.ts'
import { growTree, sealEntry, type Seal } from './steps/seal-entry.ts'
import { CHECKPOINT_STREAM, signCheckpoint } from './steps/sign-checkpoint.ts'

export interface AuditorParts {
  readonly storage: AuditStorage
  readonly signer: NoteSigner
  readonly origin: string
  /** Where notifications go. */
  readonly courier: Courier
}

/** The auditor: seals every event into the tree and signs its heads, and tells the Alerts what happened. */
export function startAuditor(surroundings: Surroundings, parts: AuditorParts): RunningService {
  return runWithLease('auditor', surroundings, [
    {
      resource: 'auditor-0',
      run: (epoch, signal) => run(surroundings, { ...parts, epoch }, signal),
    },
    {
      resource: NOTIFIER,
      run: (epoch, signal) =>
        followNotifications(surroundings, { courier: parts.courier, epoch }, signal),
    },
  ])
}

async function run(
  surroundings: Surroundings,
  parts: AuditorParts & { readonly epoch: bigint },
  signal: AbortSignal,
): Promise<void> {
  const { store, wake, clock, metrics } = surroundings
  const { storage } = parts
  const tree = await openTiledTree(storage.tiles, await storage.sealedSize())
  const reader = new LogReader(store, BigInt(tree.size))
  const sealing = new Sealing(surroundings, parts, tree)
  await sealing.resume(signal)
  while (!signal.aborted) {
    const events = await reader.next(signal)
    await sealing.seal(events)
    metrics.lag('auditor-0', Math.max(0, events.length))
    await sealing.checkpointWhenDue(signal)
    if (events.length > 0) continue
    using tick = clock.deadline(sealing.dueInMs(), signal)
    await wake.wait(tick.signal)
    await clock.sleep(GATHER_MS, signal)
  }
}

const TICK_MS = 1_000
const GATHER_MS = 500 // Each look reads the tables and syncs tiles: what comes in this time shares them.

class Sealing {
  readonly #surroundings: Surroundings
  readonly #parts: AuditorParts & { readonly epoch: bigint }
  readonly #tree: TiledTree
  #chain: Uint8Array = CHAIN_START
  #version = 0n
  #signed = 0
  #news = 0
  #newsSince = 0

  constructor(
    surroundings: Surroundings,
    parts: AuditorParts & { readonly epoch: bigint },
    tree: TiledTree,
  ) {
    this.#surroundings = surroundings
    this.#parts = parts
    this.#tree = tree
  }

  /** Finds the chain at the end of the tree, and the last checkpoint. */
  async resume(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#surroundings
    const size = BigInt(this.#tree.size)
    if (size > 0n) {
      const { events } = await store.readLog(size - 1n, signal)
      this.#chain = events[0]?.chain ?? CHAIN_START
    }
    const checkpoints = await store.readStream(CHECKPOINT_STREAM, 0n, signal)
    this.#version = checkpoints.at(-1)?.version ?? 0n
    this.#signed = Number(checkpoints.at(-1)?.position ?? 0n)
    // What was sealed but not signed before a crash is signed now.
    this.#news = this.#tree.size > this.#signed ? 1 : 0
    this.#newsSince = clock.monotonic()
  }

  async seal(events: readonly StoredEvent[]): Promise<void> {
    if (events.length === 0) return
    const seals: Seal[] = []
    let chain = this.#chain
    for (const stored of events) {
      const seal = sealEntry(stored, chain)
      chain = seal.chain
      seals.push(seal)
      this.#count(stored)
    }
    const { crashPoints } = this.#surroundings
    await growTree(this.#tree, seals)
    crashPoints.at('auditor.tiles-kept')
    await this.#parts.storage.setSealedSize(this.#tree.size)
    crashPoints.at('auditor.sealed')
    this.#chain = chain
  }

  #count({ type }: StoredEvent): void {
    if (type === 'CheckpointSigned') return
    if (this.#news === 0) this.#newsSince = this.#surroundings.clock.monotonic()
    this.#news += 1
  }

  dueInMs(): number {
    if (this.#news === 0) return TICK_MS
    return Math.max(1, TICK_MS - (this.#surroundings.clock.monotonic() - this.#newsSince))
  }

  async checkpointWhenDue(signal: AbortSignal): Promise<void> {
    const { store, clock, build, crashPoints } = this.#surroundings
    const size = this.#tree.size
    const sinceMs = clock.monotonic() - this.#newsSince
    if (!isCheckpointDue({ size, signed: this.#signed, news: this.#news, sinceMs })) return
    const event = await signCheckpoint({ ...this.#parts, crashPoints }, this.#tree)
    crashPoints.at('auditor.signed')
    const stream = CHECKPOINT_STREAM
    const cause = causeFrom(`checkpoint/${size}`)
    const request = buildAppend({
      writer: 'auditor',
      build,
      events: [{ cause, stream, event, project: '', cluster: '' }],
      expected: new Map([[stream, this.#version]]),
      epoch: { resource: 'auditor-0', epoch: this.#parts.epoch },
    })
    await store.append(request, signal)
    crashPoints.at('auditor.recorded')
    this.#version += 1n
    this.#signed = size
    this.#news = 0
  }
}
