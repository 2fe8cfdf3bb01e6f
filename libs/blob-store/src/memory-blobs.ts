import { assertRawName, type RawBlob, type StoredBlobs } from './raw-blobs.ts'

/** Blobs of one process, which end with it. */
export class MemoryBlobs implements StoredBlobs {
  readonly #blobs = new Map<string, Uint8Array>()

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async write(blobs: readonly RawBlob[]): Promise<void> {
    for (const { name, bytes } of blobs) {
      assertRawName(name)
      if (!this.#blobs.has(name)) this.#blobs.set(name, bytes.slice())
    }
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#blobs.get(name)?.slice()
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async has(name: string): Promise<boolean> {
    return this.#blobs.has(name)
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async list(page: { readonly after: string; readonly limit: number }): Promise<readonly string[]> {
    const names = [...this.#blobs.keys()].filter((name) => name > page.after)
    return names.toSorted().slice(0, page.limit)
  }

  // oxlint-disable-next-line typescript/require-await -- As asynchronous as the port.
  async replace({ name, bytes }: RawBlob): Promise<void> {
    assertRawName(name)
    this.#blobs.set(name, bytes.slice())
  }
}
