/** Reads the encoding of RFC 4251: numbers and strings, one after another. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** So many bytes. Throws RangeError where there are fewer. */
  take(count: number): Buffer {
    const end = this.#at + count
    if (end > this.#bytes.length) throw new RangeError('it ends too soon')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  number(): number {
    return this.take(4).readUInt32BE()
  }

  bytes(): Buffer {
    return this.take(this.number())
  }

  text(): string {
    return this.bytes().toString('latin1')
  }

  /** A whole number that is not negative, without the zeros before it. */
  integer(): Buffer {
    const bytes = this.bytes()
    const first = bytes.findIndex((byte) => byte !== 0)
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first)
  }

  /** Throws RangeError where something is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('it goes on after its end')
  }
}

/** A string of RFC 4251. */
export function wireString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
