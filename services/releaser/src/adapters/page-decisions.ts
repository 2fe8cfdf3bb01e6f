import { decodeBody, type AppendRequest, type StoredEvent } from '@tidemark/contracts'
import { buildAppend, type Cause, type Intended, type Surroundings } from '@tidemark/service'
import { idOf, familyOf } from '@tidemark/contracts'
import type { Plane } from '../domain/plane.ts'
import type { Decided, Decisions } from '../steps/deps.ts'

const BATCH_BYTES_MAX = 256 * 1024 // Well below what a message of the bus may hold.

/** Gathers the decisions of one page, folded at once, and appends them with the cursor. */
export class PageDecisions implements Decisions {
  readonly #plane: Plane
  readonly #surroundings: Surroundings
  readonly #name: string
  readonly #epoch: bigint
  #intended: Intended[] = []
  #expected = new Map<string, bigint>()
  #cursor: bigint

  constructor(
    plane: Plane,
    surroundings: Surroundings,
    { name, epoch, cursor }: { name: string; epoch: bigint; cursor: bigint },
  ) {
    this.#plane = plane
    this.#surroundings = surroundings
    this.#name = name
    this.#epoch = epoch
    this.#cursor = cursor
  }

  record(cause: Cause, decided: readonly Decided[]): void {
    for (const { stream, event } of decided) {
      const version = this.#plane.version(stream)
      if (!this.#expected.has(stream)) this.#expected.set(stream, version)
      const { project, cluster } = placeOf(this.#plane, stream)
      this.#intended.push({ cause, stream, event, project, cluster })
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
    return batches.map((events, index) => {
      const touched = new Set(events.map(({ stream }) => stream))
      const expected = new Map([...versions].filter(([stream]) => touched.has(stream)))
      for (const { stream } of events) versions.set(stream, (versions.get(stream) ?? 0n) + 1n)
      const last = index === batches.length - 1
      return buildAppend({
        writer: 'releaser',
        build: this.#surroundings.build,
        events,
        expected,
        epoch: { resource: this.#name, epoch: this.#epoch },
        cursor:
          last && to !== this.#cursor ? { name: this.#name, from: this.#cursor, to } : undefined,
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

/** Batches of a bounded size; one empty batch where there is nothing, for the cursor alone. */
function split(intended: readonly Intended[]): readonly (readonly Intended[])[] {
  const batches: Intended[][] = [[]]
  let bytes = 0
  for (const entry of intended) {
    const size = sizeOf(entry)
    const batch = batches.at(-1) ?? []
    if (batch.length > 0 && bytes + size > BATCH_BYTES_MAX) {
      batches.push([entry])
      bytes = size
    } else {
      batch.push(entry)
      bytes += size
    }
  }
  return batches
}

function sizeOf({ event }: Intended): number {
  return JSON.stringify(event.value, (_, value: unknown) => {
    if (typeof value === 'bigint') return ''
    return value instanceof Uint8Array ? '-'.repeat(value.length) : value
  }).length
}

function placeOf(plane: Plane, stream: string): { project: string; cluster: string } {
  const family = familyOf(stream)
  if (family === 'intake')
    return { project: plane.source(idOf(stream)).declared?.project ?? '', cluster: '' }
  const { declared } = plane.application(idOf(stream))
  return { project: declared?.project ?? '', cluster: declared?.cluster ?? '' }
}

/** Folds a stored event. Gives false for one that is known, or of a type that this build does not know. */
export function foldStored(plane: Plane, { stream, version, type, body }: StoredEvent): boolean {
  const event = decodeBody(type, body)
  return event !== undefined && plane.fold({ stream, version, event })
}
