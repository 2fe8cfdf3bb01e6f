import { ClusterUnreachable, type ClusterPlace } from './errors.ts'

const LINE_BYTES_MAX = 16 * 1024 * 1024 // An object is at most 1.5 MiB in etcd; its JSON is larger.

/** The lines of a watch. Throws `ClusterUnreachable` when the connection breaks, or sends what cannot be a line. */
export async function* readLines(
  place: ClusterPlace,
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<string, void, undefined> {
  const splitter = new LineSplitter()
  try {
    for await (const chunk of stream) yield* splitter.push(chunk)
  } catch (cause) {
    throw new ClusterUnreachable(place, cause)
  }
}

const NEWLINE = 0x0a

class LineSplitter {
  #parts: Buffer[] = []
  #length = 0

  /** The lines that end in this chunk; what follows the last newline is kept for the next. */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(start, end)]).toString('utf8')
      this.#parts = []
      this.#length = 0
      start = end + 1
      if (line !== '') lines.push(line)
    }
    this.#parts.push(chunk.subarray(start))
    this.#length += chunk.length - start
    if (this.#length > LINE_BYTES_MAX)
      throw new Error(`an event is larger than ${LINE_BYTES_MAX} bytes`)
    return lines
  }
}
