import { BlobRequestInvalid } from '../blob-errors.ts'
import { isRawName, type RawBlob } from '../raw-blobs.ts'

/*
 * Requests: one byte says which. 'R' and 'H' are followed by a name; 'W' by blobs, each as the length of its
 * name (1), the name, the length of its bytes (4), the bytes. Answers: to 'R' one byte, 0 or 1, and the bytes;
 * to 'H' one byte; to 'W' none.
 */
const [READ, HAS, WRITE] = [0x52, 0x48, 0x57] as const
const BLOBS_MAX = 4_096 // In one request: more than fit of the smallest ones.

export type BlobRequest =
  | { readonly kind: 'read' | 'has'; readonly name: string }
  | { readonly kind: 'write'; readonly blobs: readonly RawBlob[] }

export function encodeRequest(request: BlobRequest): Uint8Array {
  if (request.kind === 'write') {
    return Buffer.concat([Buffer.from([WRITE]), ...request.blobs.flatMap(frame)])
  }
  const op = request.kind === 'read' ? READ : HAS
  return Buffer.concat([Buffer.from([op]), Buffer.from(request.name, 'latin1')])
}

/** Throws `BlobRequestInvalid`. */
export function decodeRequest(bytes: Uint8Array): BlobRequest {
  const [op] = bytes
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(1)
  switch (op) {
    case READ:
      return { kind: 'read', name: checked(rest.toString('latin1')) }
    case HAS:
      return { kind: 'has', name: checked(rest.toString('latin1')) }
    case WRITE:
      return { kind: 'write', blobs: decodeBlobs(rest) }
    default:
      throw new BlobRequestInvalid('it is none that there is')
  }
}

function decodeBlobs(bytes: Buffer): readonly RawBlob[] {
  const blobs: RawBlob[] = []
  let at = 0
  while (at < bytes.length) {
    if (blobs.length >= BLOBS_MAX)
      throw new BlobRequestInvalid(`it has more than ${BLOBS_MAX} blobs`)
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    if (nameEnd + 4 > bytes.length) throw new BlobRequestInvalid('it is cut short')
    const end = nameEnd + 4 + bytes.readUInt32BE(nameEnd)
    if (end > bytes.length) throw new BlobRequestInvalid('it is cut short')
    const name = checked(bytes.toString('latin1', at + 1, nameEnd))
    blobs.push({ name, bytes: bytes.subarray(nameEnd + 4, end) })
    at = end
  }
  return blobs
}

function frame({ name, bytes }: RawBlob): readonly Uint8Array[] {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return [Buffer.from([name.length]), Buffer.from(name, 'latin1'), length, bytes]
}

function checked(name: string): string {
  if (!isRawName(name)) throw new BlobRequestInvalid('it names no blob')
  return name
}
