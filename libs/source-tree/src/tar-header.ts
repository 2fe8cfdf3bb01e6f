import { SourceError } from './source-error.ts'

export const BLOCK_BYTES = 512

/** What an entry of a tar archive says of itself; sizes are claims until its bytes are there. */
export interface TarHeader {
  readonly name: string
  readonly link: string
  readonly type: string
  readonly size: number
  readonly executable: boolean
}

/** Reads one header block (POSIX.1-2001 ustar, GNU and v7); `undefined` for the zero block that ends an archive. */
export function readHeader(block: Uint8Array): TarHeader | undefined {
  if (isZero(block)) return undefined
  const name = text(block, 0, 100)
  if (checksum(block) !== number(block, 148, 8))
    throw new SourceError(
      'ARCHIVE_FORMAT',
      name,
      'a header with a wrong checksum: this is no tar archive, or it is damaged',
    )
  const isUstar = text(block, 257, 6) === 'ustar'
  const prefix = isUstar ? text(block, 345, 155) : ''
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: text(block, 157, 100),
    type: String.fromCharCode(block[156] || 0x30),
    size: number(block, 124, 12),
    executable: (number(block, 100, 8) & 0o100) !== 0,
  }
}

/** Builds one header block with everything that differs between machines set to zero. */
export function headerBlock(header: TarHeader): Uint8Array {
  const block = Buffer.alloc(BLOCK_BYTES)
  const octal = (value: number, at: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), at, 'latin1')
  }
  block.write(header.name, 0, 100, 'utf8')
  octal(header.executable ? 0o755 : 0o644, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(header.size, 124, 11)
  octal(0, 136, 11)
  block.write(header.type, 156, 'latin1')
  block.write(header.link, 157, 100, 'utf8')
  block.write('ustar\u000000', 257, 'latin1')
  octal(checksum(block), 148, 6)
  block[155] = 0x20
  return block
}

/** The records of a PAX header: `length key=value\n`. */
export function readPax(body: Uint8Array, name: string): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  let at = 0
  while (at < body.length) {
    const space = body.indexOf(0x20, at)
    const length = Number(Buffer.from(body.subarray(at, Math.max(at, space))).toString('latin1'))
    if (
      space < 0 ||
      !Number.isSafeInteger(length) ||
      length <= space - at ||
      at + length > body.length
    )
      throw new SourceError('ARCHIVE_FORMAT', name, 'a PAX header that cannot be read')
    const record = Buffer.from(body.subarray(space + 1, at + length - 1)).toString()
    const equals = record.indexOf('=')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}

function checksum(block: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < block.length; at += 1) sum += block[at] ?? 0
  // The checksum's own eight bytes count as spaces.
  for (let at = 148; at < 156; at += 1) sum += 0x20 - (block[at] ?? 0)
  return sum
}

/** Loops, not methods: an archive may have a hundred thousand of them. */
function isZero(block: Uint8Array): boolean {
  for (let at = 0; at < block.length; at += 1) if (block[at] !== 0) return false
  return true
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString()
}

// Octal digits; or base 256, which GNU tar writes where they do not suffice.
function number(block: Uint8Array, at: number, length: number): number {
  const [first = 0] = block.subarray(at, at + 1)
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f
    for (const byte of block.subarray(at + 1, at + length)) value = value * 256 + byte
    return value
  }
  const digits = text(block, at, length).trim()
  const value = digits === '' ? 0 : Number.parseInt(digits, 8)
  return Number.isSafeInteger(value) && value >= 0 ? value : Number.MAX_SAFE_INTEGER
}
