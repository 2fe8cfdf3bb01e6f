import { ParkedResolution, record, type Recorded, type StoredEvent } from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import {
  backoffMs,
  dispatch,
  foldHandled,
  Snapshots,
  stepRan,
  type FoldPlace,
  type SnapshotsOptions,
  type Steps,
  type Surroundings,
} from '@tidemark/service'
import { Plane, type PlaneState } from '../domain/plane.ts'
import type { Library } from '../ports.ts'
import type { ReleaserDeps } from '../steps/deps.ts'
import { keepTime, nextDueMs } from '../steps/keep-time.ts'
import { PageDecisions } from './page-decisions.ts'

const TRIES_MAX = 3

export interface FollowOptions {
  /** Cursor and lease: `releaser-0`. */
  readonly name: string
  readonly epoch: bigint
  readonly library: Library
  readonly steps: (deps: ReleaserDeps) => Steps
  readonly snapshots: SnapshotsOptions
}

/**
 * The releaser's own loop: one fold over the ledger in memory, one page after another. Decisions are folded
 * at once and appended with the cursor, so a page is answered once. Where the ledger says that another copy
 * wrote, everything is read again.
 */
export async function followLedger(
  surroundings: Surroundings,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, log } = surroundings
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      await followOnce(surroundings, options, signal)
      tries = 0
    } catch (error) {
      if (!(error instanceof OperatingError) || error.retry === 'never') throw error
      log.warn('reading the ledger again', { error: error.message })
      await clock.sleep(error.retry === 'now' ? 0 : backoffMs(tries, random), signal)
    }
  }
}

async function followOnce(
  surroundings: Surroundings,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const { store, wake, clock } = surroundings
  const { name, epoch, library } = options
  const plane = new Plane()
  await using snapshots = new Snapshots(surroundings, options.snapshots)
  const from = await snapshots.load(signal, await store.readCursor(name, signal))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- This code kept it: its hash says so.
  if (from !== undefined) plane.restore(from.state as PlaneState)
  const { reader, last } = await foldHandled(
    store,
    { cursor: name, writer: 'releaser', from },
    ({ stream, stored, event }) => {
      snapshots.seen(stored)
      plane.fold({ stream, version: stored.version, event })
    },
    signal,
  )
  const keepFold = (place: FoldPlace | undefined): void => {
    if (place !== undefined && snapshots.isDue)
      snapshots.keep(plane.state(), place, { resource: name, epoch })
  }
  keepFold(last)
  const cursor = reader.position
  const decisions = new PageDecisions(plane, surroundings, { name, epoch, cursor })
  const deps = { plane, library, decisions, nowMs: () => clock.now() }
  const page = new PageHandler(surroundings, options, { deps, decisions })
  while (!signal.aborted) {
    const events = await reader.next(signal)
    for (const stored of events) {
      snapshots.seen(stored)
      await page.handle(stored, signal)
    }
    const now = clock.now()
    decisions.begin(reader.position)
    await keepTime(deps, now, signal)
    decisions.end()
    await decisions.flush(reader.position, signal)
    keepFold(events.at(-1))
    if (events.length > 0) continue
    const due = nextDueMs(deps.plane.applications.values(), now)
    const both = due === undefined ? undefined : clock.deadline(due, signal)
    await wake.wait(both?.signal ?? signal)
    both?.[Symbol.dispose]()
  }
}

class PageHandler {
  readonly #surroundings: Surroundings
  readonly #options: FollowOptions
  readonly #decisions: PageDecisions
  readonly #plane: Plane
  readonly #steps: Steps

  constructor(
    surroundings: Surroundings,
    options: FollowOptions,
    { deps, decisions }: { deps: ReleaserDeps; decisions: PageDecisions },
  ) {
    this.#surroundings = surroundings
    this.#options = options
    this.#decisions = decisions
    this.#plane = deps.plane
    this.#steps = options.steps(deps)
  }

  async handle(stored: StoredEvent, signal: AbortSignal): Promise<void> {
    const recorded = record(stored)
    if (recorded === undefined) return
    const { stream, event } = recorded
    this.#plane.fold({ stream, version: stored.version, event })
    if (recorded.event.type === 'ParkedResolved') await this.#resolve(recorded, signal)
    else if (this.#steps[recorded.event.type] !== undefined)
      await this.#step(recorded, recorded.position, signal)
  }

  /**
   * Tries a step until it is done; `at` is where the log is read. A try that fails leaves nothing behind. What
   * fails by our own fault is parked at the third try.
   */
  async #step(recorded: Recorded, at: bigint, signal: AbortSignal): Promise<void> {
    const { clock, random, metrics, spans } = this.#surroundings
    const { type } = recorded.event
    for (let tries = 1; !signal.aborted; tries += 1) {
      const began = clock.monotonic()
      const startMs = clock.now()
      this.#decisions.begin(at)
      try {
        await dispatch(this.#steps, recorded, signal)
        this.#decisions.end()
        metrics.stepEnded(type, 'done', (clock.monotonic() - began) / 1000)
        stepRan(spans, 'releaser', recorded, { startMs, endMs: clock.now() })
        return
      } catch (error) {
        metrics.stepEnded(type, 'retry', (clock.monotonic() - began) / 1000)
        this.#decisions.takeBack()
        await this.#decisions.flush(at - 1n, signal)
        if ((await this.#fail(recorded, error, signal)) === 'parked') return
        await clock.sleep(backoffMs(tries, random), signal)
      }
    }
  }

  /** Parks what can never work at its third try. */
  async #fail(recorded: Recorded, error: unknown, signal: AbortSignal): Promise<'parked' | 'open'> {
    const { log, parking } = this.#surroundings
    const { position, stream } = recorded
    const message = error instanceof Error ? error.message : JSON.stringify(error)
    log.warn('step failed', {
      step: recorded.event.type,
      position: String(position),
      error: message,
    })
    if (error instanceof OperatingError && error.retry !== 'never') return 'open'
    const entry = { reactor: this.#options.name, position, key: stream, error: message }
    const { tries } = await parking.failed(entry, signal)
    return tries >= TRIES_MAX ? 'parked' : 'open'
  }

  /** An operator's word on a parked event: it is handled again, or left out for good. */
  async #resolve(recorded: Recorded, signal: AbortSignal): Promise<void> {
    if (recorded.event.type !== 'ParkedResolved') return
    const { reactor, position, resolution } = recorded.event.value
    if (reactor !== this.#options.name) return
    const { store, parking } = this.#surroundings
    await parking.remove(reactor, position, signal)
    if (resolution !== ParkedResolution.PARKED_RESOLUTION_RETRY) return
    const { events } = await store.readLog(position - 1n, signal)
    const parked = events[0] === undefined ? undefined : record(events[0])
    if (parked !== undefined) await this.#step(parked, recorded.position, signal)
  }
}
