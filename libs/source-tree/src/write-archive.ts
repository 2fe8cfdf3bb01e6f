import { type SourceTree } from './source-tree.ts'
import { BLOCK_BYTES, headerBlock, type TarHeader } from './tar-header.ts'

const FIELD_BYTES = 100

/**
 * Writes a tree as a tar archive (ustar, with PAX records for long names): one tree, one sequence of bytes,
 * on any machine. No times, owners or folders; modes 644 and 755. Links are kept as links.
 */
export function writeArchive(tree: SourceTree): Uint8Array {
  const blocks: Uint8Array[] = []
  for (const { path, mode } of tree.entries()) {
    const link = mode === '120000' ? (tree.readLink(path) ?? '') : ''
    const body = mode === '120000' ? new Uint8Array() : tree.read(path)
    const type = mode === '120000' ? '2' : '0'
    pushEntry(
      blocks,
      { name: path, link, type, size: body.length, executable: mode === '100755' },
      body,
    )
  }
  blocks.push(new Uint8Array(BLOCK_BYTES * 2))
  return Buffer.concat(blocks)
}

function pushEntry(blocks: Uint8Array[], header: TarHeader, body: Uint8Array): void {
  const long = longRecords(header)
  if (long.length > 0)
    pushBlocks(
      blocks,
      { name: 'pax', link: '', type: 'x', size: long.length, executable: false },
      long,
    )
  pushBlocks(blocks, header, body)
}

function pushBlocks(blocks: Uint8Array[], header: TarHeader, body: Uint8Array): void {
  blocks.push(headerBlock(header), body)
  const rest = body.length % BLOCK_BYTES
  if (rest > 0) blocks.push(new Uint8Array(BLOCK_BYTES - rest))
}

function longRecords({ name, link }: TarHeader): Uint8Array {
  const records = [
    Buffer.byteLength(name) > FIELD_BYTES ? paxRecord('path', name) : '',
    Buffer.byteLength(link) > FIELD_BYTES ? paxRecord('linkpath', link) : '',
  ]
  return Buffer.from(records.join(''))
}

// A record begins with its own length, the digits of that length included.
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length += 1
  return `${length} ${key}=${value}\n`
}
