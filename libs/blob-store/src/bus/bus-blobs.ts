import { type RawBlob, type RawBlobs } from '../raw-blobs.ts'
import { ChunkedBlobs } from '../chunked-blobs.ts'
import { decodeRequest, encodeRequest } from './blob-messages.ts'

/** Sends a request to the blob subject of this service and gives the answer; its errors are the bus's. */
export type AskForBlobs = (request: Uint8Array) => Promise<Uint8Array>

/**
 * The blobs of the ledger service, over the bus. Each message has at most 512 KiB of blobs; a larger blob
 * travels and is kept in pieces, so that any replica can answer any request.
 */
export function busBlobs(ask: AskForBlobs): RawBlobs {
  return new ChunkedBlobs(new BusBlobs(ask))
}

/** Answers the requests of `busBlobs` from a place; the same place serves all replicas. */
export function answerBlobRequests(raw: RawBlobs): AskForBlobs {
  return async (bytes) => {
    const request = decodeRequest(bytes)
    if (request.kind === 'write') {
      await raw.write(request.blobs)
      return new Uint8Array(0)
    }
    if (request.kind === 'has') return flag(await raw.has(request.name))
    const found = await raw.read(request.name)
    return found === undefined ? flag(false) : Buffer.concat([flag(true), found])
  }
}

class BusBlobs implements RawBlobs {
  readonly #ask: AskForBlobs

  constructor(ask: AskForBlobs) {
    this.#ask = ask
  }

  async write(blobs: readonly RawBlob[]): Promise<void> {
    await this.#ask(encodeRequest({ kind: 'write', blobs }))
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const answer = await this.#ask(encodeRequest({ kind: 'read', name }))
    return answer[0] === 1 ? answer.subarray(1) : undefined
  }

  async has(name: string): Promise<boolean> {
    const answer = await this.#ask(encodeRequest({ kind: 'has', name }))
    return answer[0] === 1
  }
}

function flag(value: boolean): Uint8Array {
  return Uint8Array.of(value ? 1 : 0)
}
