import { Objm, type ObjectStore } from '@nats-io/obj'
import { StorageType } from '@nats-io/jetstream'
import { type NatsConnection } from '@nats-io/transport-node'
import { OperatingError } from '@tidemark/kernel'
import { BlobCorrupt, BlobStoreFull, BlobStoreUnavailable } from '../blob-errors.ts'
import { assertRawName, type RawBlob, type StoredBlobs } from '../raw-blobs.ts'

const CHUNK_BYTES = 128 * 1024 // What the NATS tools use: well below the payload limit.
const NO_SPACE = 10_047
const BYTES_EXCEEDED = 10_077

export interface ObjectStoreOptions {
  readonly bucket: string
  /** Servers that keep it: 1 or 3. */
  readonly replicas: number
}

/**
 * Blobs in a JetStream object store, made where it is missing. JetStream acknowledges before it syncs, so
 * this place is for copies and for installations that run it with `sync_interval: always`. Throws
 * `BlobStoreUnavailable`.
 */
export async function openObjectStoreBlobs(
  connection: NatsConnection,
  options: ObjectStoreOptions,
): Promise<StoredBlobs> {
  const { bucket, replicas } = options
  const store = await answered(`open the object store ${bucket}`, bucket, () =>
    new Objm(connection).create(bucket, { replicas, storage: StorageType.File }),
  )
  return new ObjectStoreBlobs(store, bucket)
}

class ObjectStoreBlobs implements StoredBlobs {
  readonly #store: ObjectStore
  readonly #bucket: string

  constructor(store: ObjectStore, bucket: string) {
    this.#store = store
    this.#bucket = bucket
  }

  async write(blobs: readonly RawBlob[]): Promise<void> {
    for (const blob of blobs) if (!(await this.has(blob.name))) await this.replace(blob)
  }

  async replace({ name, bytes }: RawBlob): Promise<void> {
    assertRawName(name)
    await answered(`keep blob ${name}`, this.#bucket, () =>
      this.#store.putBlob({ name, options: { max_chunk_size: CHUNK_BYTES } }, bytes),
    )
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    assertRawName(name)
    const bytes = await answered(`read blob ${name}`, this.#bucket, async () => {
      try {
        return await this.#store.getBlob(name)
      } catch (error) {
        if (!isDigestMismatch(error)) throw error
        throw new BlobCorrupt(name, 'its bytes do not match the digest of the object store', error)
      }
    })
    return bytes ?? undefined
  }

  async has(name: string): Promise<boolean> {
    assertRawName(name)
    const info = await answered(`look for blob ${name}`, this.#bucket, () => this.#store.info(name))
    return info !== null && !info.deleted
  }

  async list({
    after,
    limit,
  }: {
    readonly after: string
    readonly limit: number
  }): Promise<readonly string[]> {
    const found = await answered('list the blobs', this.#bucket, () => this.#store.list())
    const names = found.map(({ name }) => name).filter((name) => name > after)
    return names.toSorted().slice(0, limit)
  }
}

async function answered<T>(doing: string, bucket: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OperatingError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === NO_SPACE || code === BYTES_EXCEEDED) throw new BlobStoreFull(bucket, error)
    throw new BlobStoreUnavailable(doing, error)
  }
}

function isDigestMismatch(error: unknown): boolean {
  return error instanceof Error && /digest|corrupt|sha-?256/i.test(error.message)
}
