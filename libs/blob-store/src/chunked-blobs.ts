import { createHash } from 'node:crypto'
import { BlobCorrupt } from './blob-errors.ts'
import { type RawBlob, type RawBlobs, type StoredBlobs } from './raw-blobs.ts'

/** The largest piece: with its frame it fits a bus message of 1 MiB twice over. */
export const CHUNK_BYTES_MAX: number = 512 * 1024

const FRAME_BYTES = 128 // What a message has for each blob beside its bytes, rounded up.
const PAGE = 256
const MAGIC = Buffer.from('TMC1', 'latin1') // Sealed bytes begin with TMS1.
const HEAD_BYTES = 4 + 8 + 4 + 4
const ID_BYTES = 8

/**
 * Keeps large blobs in pieces, for a place that takes no large ones. The pieces are written first, under names
 * of their own, then the head, which says which they are: so a blob is there wholly or not at all, also when
 * two writers seal the same content differently at once. Pieces without a head are garbage of a crash.
 */
export class ChunkedBlobs implements RawBlobs {
  readonly #raw: RawBlobs

  constructor(raw: RawBlobs) {
    this.#raw = raw
  }

  async write(blobs: readonly RawBlob[]): Promise<void> {
    for (const batch of batchesOf(blobs.filter(({ bytes }) => bytes.length <= CHUNK_BYTES_MAX))) {
      await this.#raw.write(batch)
    }
    for (const blob of blobs.filter(({ bytes }) => bytes.length > CHUNK_BYTES_MAX)) {
      await this.#writeLarge(blob)
    }
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#raw.read(name)
    if (bytes === undefined || !isHead(bytes)) return bytes
    const { id, parts, length } = parseHead(bytes)
    const pieces: Uint8Array[] = []
    for (let part = 0; part < parts; part += 1) {
      const piece = await this.#raw.read(partName(name, id, part))
      if (piece === undefined) throw new BlobCorrupt(name, `piece ${part + 1} of ${parts} is lost`)
      pieces.push(piece)
    }
    const whole = Buffer.concat(pieces)
    if (whole.length === length) return whole
    throw new BlobCorrupt(name, `its pieces have ${whole.length} bytes, not ${length}`)
  }

  has(name: string): Promise<boolean> {
    return this.#raw.has(name)
  }

  async #writeLarge(blob: RawBlob): Promise<void> {
    await this.#raw.write([await this.writePieces(blob)])
  }

  /** Writes the pieces of a large blob and gives the head that makes them one. */
  protected async writePieces({ name, bytes }: RawBlob): Promise<RawBlob> {
    const id = createHash('sha256').update(bytes).digest().subarray(0, ID_BYTES)
    const parts = Math.ceil(bytes.length / CHUNK_BYTES_MAX)
    for (let part = 0; part < parts; part += 1) {
      const piece = bytes.subarray(part * CHUNK_BYTES_MAX, (part + 1) * CHUNK_BYTES_MAX)
      await this.#raw.write([{ name: partName(name, id, part), bytes: piece }])
    }
    const head = Buffer.alloc(HEAD_BYTES)
    MAGIC.copy(head)
    id.copy(head, MAGIC.length)
    head.writeUInt32BE(parts, 12)
    head.writeUInt32BE(bytes.length, 16)
    return { name, bytes: head }
  }
}

/** The same for the one who looks after the place: whole blobs are listed and replaced. */
export class ChunkedStoredBlobs extends ChunkedBlobs implements StoredBlobs {
  readonly #stored: StoredBlobs

  constructor(stored: StoredBlobs) {
    super(stored)
    this.#stored = stored
  }

  async list(page: { readonly after: string; readonly limit: number }): Promise<readonly string[]> {
    const names: string[] = []
    let { after } = page
    while (names.length < page.limit) {
      const found = await this.#stored.list({ after, limit: PAGE })
      names.push(...found.filter((name) => !name.includes('.')))
      const last = found.at(-1)
      if (last === undefined || found.length < PAGE) break
      after = last
    }
    return names.slice(0, page.limit)
  }

  async replace(blob: RawBlob): Promise<void> {
    const small = blob.bytes.length <= CHUNK_BYTES_MAX
    await this.#stored.replace(small ? blob : await this.writePieces(blob))
  }
}

/** Small blobs together, as many as fit into one piece. */
function* batchesOf(blobs: readonly RawBlob[]): Generator<readonly RawBlob[]> {
  let batch: RawBlob[] = []
  let size = 0
  for (const blob of blobs) {
    const framed = blob.bytes.length + FRAME_BYTES
    if (size + framed > CHUNK_BYTES_MAX && batch.length > 0) {
      yield batch
      batch = []
      size = 0
    }
    batch.push(blob)
    size += framed
  }
  if (batch.length > 0) yield batch
}

function isHead(bytes: Uint8Array): boolean {
  return bytes.length === HEAD_BYTES && MAGIC.equals(bytes.subarray(0, MAGIC.length))
}

function parseHead(bytes: Uint8Array): {
  readonly id: Buffer
  readonly parts: number
  readonly length: number
} {
  const head = Buffer.from(bytes)
  return {
    id: head.subarray(MAGIC.length, MAGIC.length + ID_BYTES),
    parts: head.readUInt32BE(12),
    length: head.readUInt32BE(16),
  }
}

function partName(name: string, id: Buffer, part: number): string {
  return `${name}.${id.toString('hex')}.${part}`
}
