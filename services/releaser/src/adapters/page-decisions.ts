import { encodeBody, familyOf, idOf, type AppendRequest } from '@tidemark/contracts'
import { buildAppend, type Cause, type Intended, type Surroundings } from '@tidemark/service'
import type { Plane } from '../domain/plane.ts'
import type { Decided, Decisions } from '../steps/deps.ts'

const BATCH_BYTES_MAX = 256 * 1024 // Well below what a message of the bus may hold.
const BATCH_EVENTS_MAX = 500 // Half of what one append may hold.

/** A decision, and the position of the event that it answers. */
interface Answering extends Intended {
  readonly position: bigint
  readonly body: Uint8Array
}

/** What decisions are appended with. */
export interface Appending extends Pick<Surroundings, 'build' | 'crashPoints'> {
  readonly store: {
    append(request: AppendRequest, signal: AbortSignal): Promise<unknown>
  }
}

/**
 * Gathers the decisions of one page, folded at once, and appends them with the cursor. Where a page is too
 * much for one append, each part moves the cursor as far as all before it is answered: so a step that fits
 * into one append is answered once, whatever ends in between.
 */
export class PageDecisions implements Decisions {
  readonly #plane: Plane
  readonly #surroundings: Appending
  readonly #name: string
  readonly #epoch: bigint
  #intended: Answering[] = []
  #expected = new Map<string, bigint>()
  #cursor: bigint
  #position: bigint
  #began = 0

  constructor(
    plane: Plane,
    surroundings: Appending,
    { name, epoch, cursor }: { name: string; epoch: bigint; cursor: bigint },
  ) {
    this.#plane = plane
    this.#surroundings = surroundings
    this.#name = name
    this.#epoch = epoch
    this.#cursor = cursor
    this.#position = cursor
  }

  /** What is recorded from here on answers the event at `position`, until the next one begins. */
  begin(position: bigint): void {
    this.#position = position
    this.#began = this.#intended.length
    this.#plane.remember()
  }

  /** The event is answered. */
  end(): void {
    this.#plane.forget()
  }

  /** Takes back what was recorded since `begin`: a step that failed on its way is run again from its start. */
  takeBack(): void {
    this.#plane.takeBack()
    this.#intended.length = this.#began
    const streams = new Set(this.#intended.map(({ stream }) => stream))
    for (const stream of this.#expected.keys())
      if (!streams.has(stream)) this.#expected.delete(stream)
  }

  record(cause: Cause, decided: readonly Decided[]): void {
    for (const { stream, event } of decided) {
      const version = this.#plane.version(stream)
      if (!this.#expected.has(stream)) this.#expected.set(stream, version)
      const { project, cluster } = placeOf(this.#plane, stream)
      const position = this.#position
      const body = encodeBody(event)
      this.#intended.push({ cause, stream, event, body, project, cluster, position })
      this.#plane.fold({ stream, version: version + 1n, event })
    }
  }

  /** Appends what was decided since the last time, and moves the cursor to `to` with the last of it. */
  async flush(to: bigint, signal: AbortSignal): Promise<void> {
    if (this.#intended.length === 0 && to === this.#cursor) return
    for (const request of this.#requests(to)) await this.#append(request, signal)
    this.#cursor = to
    this.#intended = []
    this.#expected = new Map()
  }

  #requests(to: bigint): readonly AppendRequest[] {
    const versions = this.#expected
    const batches = split(this.#intended)
    let from = this.#cursor
    return batches.map((events, index) => {
      const touched = new Set(events.map(({ stream }) => stream))
      const expected = new Map([...versions].filter(([stream]) => touched.has(stream)))
      for (const { stream } of events) versions.set(stream, (versions.get(stream) ?? 0n) + 1n)
      const next = batches[index + 1]?.[0]
      const reached = next === undefined ? to : next.position - 1n
      const cursor = reached > from ? { name: this.#name, from, to: reached } : undefined
      from = cursor?.to ?? from
      return buildAppend({
        writer: 'releaser',
        build: this.#surroundings.build,
        events,
        expected,
        epoch: { resource: this.#name, epoch: this.#epoch },
        cursor,
      })
    })
  }

  async #append(request: AppendRequest, signal: AbortSignal): Promise<void> {
    const { store, crashPoints } = this.#surroundings
    const decided = request.events.length > 0
    if (decided) crashPoints.at('releaser.decided')
    await store.append(request, signal)
    if (decided) crashPoints.at('releaser.recorded')
  }
}

/**
 * Batches of a bounded size, cut between steps where that is possible; one empty batch where there is
 * nothing, for the cursor alone.
 */
function split(intended: readonly Answering[]): readonly (readonly Answering[])[] {
  const batches: Answering[][] = []
  let batch: Answering[] = []
  let bytes = 0
  const cut = (): void => {
    if (batch.length > 0) batches.push(batch)
    batch = []
    bytes = 0
  }
  for (const step of stepsOf(intended)) {
    const sizes = step.map(({ body }) => body.length)
    const size = sizes.reduce((total, next) => total + next, 0)
    if (!isRoom(batch.length + step.length, bytes + size)) cut()
    for (const [index, entry] of step.entries()) {
      const next = sizes[index] ?? 0
      if (!isRoom(batch.length + 1, bytes + next)) cut()
      batch.push(entry)
      bytes += next
    }
  }
  return [...batches, ...(batch.length > 0 || batches.length === 0 ? [batch] : [])]
}

function isRoom(events: number, bytes: number): boolean {
  return events <= BATCH_EVENTS_MAX && bytes <= BATCH_BYTES_MAX
}

/** The decisions of each step together. They stand in the order of what they answer. */
function stepsOf(intended: readonly Answering[]): readonly (readonly Answering[])[] {
  const steps = new Map<bigint, Answering[]>()
  for (const entry of intended) {
    const step = steps.get(entry.position)
    if (step === undefined) steps.set(entry.position, [entry])
    else step.push(entry)
  }
  return [...steps.values()]
}

function placeOf(plane: Plane, stream: string): { project: string; cluster: string } {
  const family = familyOf(stream)
  if (family === 'intake')
    return { project: plane.source(idOf(stream)).declared?.project ?? '', cluster: '' }
  if (family === 'demand' || family === 'notification') {
    const [first = ''] = idOf(stream).split('_')
    const cluster = family === 'demand' ? stream.slice(stream.lastIndexOf('@') + 1) : first
    return { project: plane.clusters.get(cluster)?.project ?? '', cluster }
  }
  const { declared } = plane.application(idOf(stream))
  return { project: declared?.project ?? '', cluster: declared?.cluster ?? '' }
}
