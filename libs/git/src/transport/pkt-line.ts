import { GitRefused, SourceUnavailable } from '../git-refused.ts'

/** One packet of Git's wire format (gitprotocol-common): data, or one of the markers; `end` is the end of the body. */
export type Packet =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'flush' | 'delimiter' | 'response end' | 'end' }

const LENGTH_CHARS = 4
const LENGTH = /^[0-9a-f]{4}$/i
const MARKERS: readonly ('flush' | 'delimiter' | 'response end')[] = [
  'flush',
  'delimiter',
  'response end',
]
const EMPTY: Uint8Array = new Uint8Array()

/** A packet with a line of text. */
export function pktLine(text: string): string {
  const length = Buffer.byteLength(text) + LENGTH_CHARS
  return length.toString(16).padStart(LENGTH_CHARS, '0') + text
}

export const FLUSH = '0000'
export const DELIMITER = '0001'

/** Reads packets off a body of at most `bytesMax` bytes; more is for `tooLong` to name. */
export class PacketReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #bytesMax: number
  readonly #tooLong: () => Error
  #buffer: Uint8Array = EMPTY
  #bytes = 0

  constructor(body: AsyncIterable<Uint8Array>, bytesMax: number, tooLong: () => Error) {
    this.#chunks = body[Symbol.asyncIterator]()
    this.#bytesMax = bytesMax
    this.#tooLong = tooLong
  }

  async next(): Promise<Packet> {
    if (!(await this.#fill(LENGTH_CHARS))) {
      if (this.#buffer.length === 0) return { kind: 'end' }
      throw cutShort()
    }
    const head = Buffer.from(this.#buffer.subarray(0, LENGTH_CHARS)).toString('latin1')
    if (!LENGTH.test(head)) throw notGit()
    const length = Number.parseInt(head, 16)
    if (length < LENGTH_CHARS) return this.#marker(length)
    if (!(await this.#fill(length))) throw cutShort()
    return { kind: 'data', bytes: this.#take(length).subarray(LENGTH_CHARS) }
  }

  /** The next packet as a line without its newline; a marker gives `undefined`, an `ERR` line is thrown. */
  async line(serverSays: (text: string) => Error): Promise<string | undefined> {
    const packet = await this.next()
    if (packet.kind !== 'data') return undefined
    const text = packetText(packet.bytes)
    if (text.startsWith('ERR ')) throw serverSays(text.slice(4))
    return text
  }

  /** Reads on to the end of the body, so that its connection is free again; what is there counts as the rest. */
  async drain(): Promise<void> {
    while ((await this.next()).kind !== 'end');
  }

  /** Leaves the body where it is, which ends its connection when there is more. */
  async leave(): Promise<void> {
    await this.#chunks.return?.()
  }

  #marker(length: number): Packet {
    this.#take(LENGTH_CHARS)
    const kind = MARKERS[length]
    if (kind === undefined) throw notGit()
    return { kind }
  }

  #take(length: number): Uint8Array {
    const taken = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return taken
  }

  /** Brings `length` bytes into the buffer; false when the body ends before. */
  async #fill(length: number): Promise<boolean> {
    if (this.#buffer.length >= length) return true
    const parts = [this.#buffer]
    let have = this.#buffer.length
    while (have < length) {
      const { done, value } = await this.#chunks.next()
      if (done === true) break
      this.#bytes += value.length
      if (this.#bytes > this.#bytesMax) throw this.#tooLong()
      parts.push(value)
      have += value.length
    }
    this.#buffer = parts.length === 1 ? this.#buffer : Buffer.concat(parts)
    return have >= length
  }
}

/** The text of a packet without its newline. */
export function packetText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

function cutShort(): SourceUnavailable {
  return new SourceUnavailable('the answer of the server ends in the middle of a packet')
}

function notGit(): GitRefused {
  return new GitRefused('SOURCE_PROTOCOL', "the answer of the server is not in Git's packet format")
}
