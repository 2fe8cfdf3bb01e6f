/*
 * What a client says to Postgres, in the bytes of its protocol (documentation, 53.7): the extended query, with
 * all of its messages at once, and every result in binary format.
 */

/** A value as it goes on the wire: bytes in the binary format of its type, text in the text format. */
export type WireValue = string | Uint8Array | null

export interface WireStatement {
  readonly text: string
  /** Under which the server keeps it ready; empty for a statement that is used once. */
  readonly name: string
  /** Whether the server has it under that name already. */
  readonly isReady: boolean
}

const FORMAT_TEXT = 0
const FORMAT_BINARY = 1
const NULL_LENGTH = -1
const STATEMENT_OVERHEAD_BYTES = 128

/** Parses a statement (unless it is ready), runs it with these values, and ends the exchange. */
export function queryBytes(
  { text, name, isReady }: WireStatement,
  values: readonly WireValue[],
): Uint8Array<ArrayBuffer> {
  const size = values.reduce((sum, value) => sum + 6 + sizeOf(value), STATEMENT_OVERHEAD_BYTES)
  const writer = new WireWriter(size + 2 * name.length + (isReady ? 0 : Buffer.byteLength(text)))
  if (!isReady) writer.message('P', () => writer.text(name).text(text).int16(0))
  writer.message('B', () => bind(writer, name, values))
  writer.message('D', () => writer.text('P'))
  writer.message('E', () => writer.text('').int32(0))
  writer.message('S', () => writer)
  return writer.bytes()
}

function bind(writer: WireWriter, name: string, values: readonly WireValue[]): void {
  writer.text('').text(name).int16(values.length)
  for (const value of values) writer.int16(typeof value === 'string' ? FORMAT_TEXT : FORMAT_BINARY)
  writer.int16(values.length)
  for (const value of values) {
    if (value === null) writer.int32(NULL_LENGTH)
    else writer.value(value)
  }
  writer.int16(1).int16(FORMAT_BINARY)
}

function sizeOf(value: WireValue): number {
  if (value === null) return 0
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length
}

/** Fills one buffer, which is large enough from the beginning. */
class WireWriter {
  readonly #buffer: Buffer<ArrayBuffer>
  #at = 0

  constructor(bytesMax: number) {
    // Its own memory, not of the pool: it moves to the other thread.
    this.#buffer = Buffer.allocUnsafeSlow(bytesMax)
  }

  message(kind: string, write: () => unknown): void {
    this.#at += this.#buffer.write(kind, this.#at, 'latin1')
    const from = this.#at
    this.#at += 4
    write()
    this.#buffer.writeInt32BE(this.#at - from, from)
  }

  int16(value: number): this {
    this.#at = this.#buffer.writeUInt16BE(value, this.#at)
    return this
  }

  int32(value: number): this {
    this.#at = this.#buffer.writeInt32BE(value, this.#at)
    return this
  }

  text(value: string): this {
    this.#at += this.#buffer.write(value, this.#at, 'utf8')
    this.#at = this.#buffer.writeUInt8(0, this.#at)
    return this
  }

  value(value: string | Uint8Array): void {
    const from = this.#at + 4
    if (typeof value === 'string') this.#at = from + this.#buffer.write(value, from, 'utf8')
    else {
      this.#buffer.set(value, from)
      this.#at = from + value.length
    }
    this.#buffer.writeInt32BE(this.#at - from, from - 4)
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#at)
  }
}
