import type { ArtifactPack, PackedFile } from '@tidemark/source-tree'

export interface Place {
  /** Which pack of the new index, from 0. */
  readonly pack: number
  readonly offset: number
}

const PACK_BYTES = 16 * 1024 * 1024 // One blob is held in memory as a whole, on both sides.
const SMALL_BYTES = PACK_BYTES / 2
const SMALL_PACKS_MAX = 8 // Each is a blob to get before a render starts.

/**
 * Which packs an index goes on using: not those of which more than half is dead, nor, when there would be more
 * than eight small ones, any of the small. So a push adds one small pack, every eighth merges them, and what is
 * large is left alone.
 */
export function packsToKeep(
  packs: readonly ArtifactPack[],
  used: readonly PackedFile[],
): readonly number[] {
  const live = packs.map(() => 0)
  for (const { pack, size } of used) live[pack] = (live[pack] ?? 0) + size
  const worthy = [...packs.keys()].filter(
    (pack) => (live[pack] ?? 0) > 0 && (live[pack] ?? 0) * 2 >= (packs[pack]?.bytes ?? 0),
  )
  const isSmall = (pack: number): boolean => (packs[pack]?.bytes ?? 0) < SMALL_BYTES
  const isCrowded = worthy.filter((pack) => isSmall(pack)).length >= SMALL_PACKS_MAX
  return isCrowded ? worthy.filter((pack) => !isSmall(pack)) : worthy
}

/** Puts contents one after another into packs of a bounded size; equal contents are put once. */
export class PackWriter {
  readonly #packs: ArtifactPack[]
  readonly #put: (bytes: Uint8Array) => Promise<string>
  readonly #places = new Map<string, Place>()
  #chunks: Uint8Array[] = []
  #bytes = 0

  /** `kept` are packs that exist; the new ones are numbered after them. */
  constructor(kept: readonly ArtifactPack[], put: (bytes: Uint8Array) => Promise<string>) {
    this.#packs = [...kept]
    this.#put = put
  }

  /** Notes where a content lies already. */
  note(sha256: string, place: Place): Place {
    this.#places.set(sha256, place)
    return place
  }

  async add(sha256: string, bytes: Uint8Array): Promise<Place> {
    const known = this.#places.get(sha256)
    if (known !== undefined) return known
    if (this.#bytes > 0 && this.#bytes + bytes.length > PACK_BYTES) await this.#flush()
    const place = this.note(sha256, { pack: this.#packs.length, offset: this.#bytes })
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
    return place
  }

  /** Puts the last pack; all packs in the order of their numbers. */
  async finish(): Promise<readonly ArtifactPack[]> {
    if (this.#chunks.length > 0) await this.#flush()
    return this.#packs
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#chunks)
    this.#packs.push({ blob: await this.#put(bytes), bytes: bytes.length })
    this.#chunks = []
    this.#bytes = 0
  }
}
