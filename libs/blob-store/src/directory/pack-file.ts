import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { BlobPackDamaged } from '../blob-errors.ts'
import { isRawName, type RawBlob } from '../raw-blobs.ts'

/*
 * Many small blobs in one file, because a file costs a disk far more than its bytes do:
 *
 *   'TMP1' | number of blobs (4) | length of the table (4)
 *   the table: for each blob the length of its name (1), the name, the length of its bytes (4)
 *   the first 8 bytes of SHA-256 over all of the above
 *   the bytes of the blobs, one after the other
 */
const MAGIC = Buffer.from('TMP1', 'latin1')
const START_BYTES = 12
const CHECK_BYTES = 8
const TABLE_BYTES_MAX = 16 * 1024 * 1024 // 200,000 names, far more than a pack is ever given.

/** Where the bytes of a packed blob are. */
export interface PackedAt {
  readonly path: string
  readonly offset: number
  readonly length: number
}

/** The whole file. */
export function encodePack(blobs: readonly RawBlob[]): Uint8Array {
  const table = Buffer.concat(blobs.flatMap(({ name, bytes }) => tableRow(name, bytes.length)))
  const start = Buffer.alloc(START_BYTES)
  MAGIC.copy(start)
  start.writeUInt32BE(blobs.length, 4)
  start.writeUInt32BE(table.length, 8)
  const head = Buffer.concat([start, table])
  return Buffer.concat([head, checkOf(head), ...blobs.map(({ bytes }) => bytes)])
}

/** What is where in a pack. Reads its table only. Throws `BlobPackDamaged`. */
export async function readPackTable(path: string): Promise<ReadonlyMap<string, PackedAt>> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  const start = await readAt(file, 0, START_BYTES)
  const tableBytes = start.length < START_BYTES ? 0 : start.readUInt32BE(8)
  const bodyAt = START_BYTES + tableBytes + CHECK_BYTES
  if (!MAGIC.equals(start.subarray(0, 4)) || tableBytes > TABLE_BYTES_MAX || bodyAt > size) {
    throw new BlobPackDamaged(path, 'it does not begin as a pack does')
  }
  const head = await readAt(file, 0, bodyAt)
  const checked = head.subarray(0, bodyAt - CHECK_BYTES)
  if (!checkOf(checked).equals(head.subarray(bodyAt - CHECK_BYTES))) {
    throw new BlobPackDamaged(path, 'its table does not match its check')
  }
  return tableOf(path, checked.subarray(START_BYTES), { bodyAt, size })
}

/** The bytes of one packed blob; fewer when the file was cut. */
export async function readPacked({ path, offset, length }: PackedAt): Promise<Uint8Array> {
  await using file = await open(path, 'r')
  return readAt(file, offset, length)
}

function tableOf(
  path: string,
  table: Buffer,
  file: { readonly bodyAt: number; readonly size: number },
): ReadonlyMap<string, PackedAt> {
  const places = new Map<string, PackedAt>()
  let [at, offset] = [0, file.bodyAt]
  while (at < table.length) {
    const nameEnd = at + 1 + (table[at] ?? 0)
    const name = table.toString('latin1', at + 1, nameEnd)
    const length = table.readUInt32BE(nameEnd)
    if (!isRawName(name)) throw new BlobPackDamaged(path, 'its table names no blob')
    places.set(name, { path, offset, length })
    at = nameEnd + 4
    offset += length
  }
  if (offset !== file.size) throw new BlobPackDamaged(path, 'it is cut short')
  return places
}

function tableRow(name: string, length: number): readonly Buffer[] {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(length)
  return [Buffer.from([name.length]), Buffer.from(name, 'latin1'), size]
}

function checkOf(head: Uint8Array): Buffer {
  return createHash('sha256').update(head).digest().subarray(0, CHECK_BYTES)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}
