import { gzipSync } from 'node:zlib'

const BLOCK = 512
const MIB = 1024 * 1024

/** An entry of a tar archive, as a header says it, which may lie. */
export interface TarEntry {
  readonly name: string
  /** `0` file, `1` hard link, `2` symbolic link, `3` device, `S` sparse, `x` header of PAX. */
  readonly type?: string
  readonly data?: string
  readonly link?: string
  /** What the header says; the length of the data where nothing is said. */
  readonly size?: number
  readonly mode?: string
}

export const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\n'

/** A packaged chart with some entries more. */
export function archive(...entries: readonly TarEntry[]): Uint8Array {
  return gzipSync(tar([{ name: 'shop/Chart.yaml', data: CHART }, ...entries]))
}

/** One mebibyte that unpacks to a gibibyte of nothing. */
export function zipBomb(): Uint8Array {
  const member = gzipSync(Buffer.alloc(MIB))
  return Buffer.concat(Array.from({ length: 1024 }, () => member))
}

/** More files than an archive may have, all of them empty. */
export function manyFiles(count: number): Uint8Array {
  const chunks: Uint8Array[] = []
  for (let from = 0; from < count; from += 1000) {
    const names = Array.from({ length: 1000 }, (_, at) => ({ name: `shop/f${from + at}` }))
    chunks.push(gzipSync(Buffer.concat(names.map(entryBytes)), { level: 1 }))
  }
  return Buffer.concat([...chunks, gzipSync(Buffer.alloc(2 * BLOCK))])
}

function tar(entries: readonly TarEntry[]): Uint8Array {
  return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(2 * BLOCK)])
}

/** A record of PAX: its length counts itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (`${length}${rest}`.length !== length) length += 1
  return `${length}${rest}`
}

function entryBytes(entry: TarEntry): Uint8Array {
  const { name, type = '0', data = '', link = '', mode = '0000644' } = entry
  const header = Buffer.alloc(BLOCK)
  const size = entry.size ?? data.length
  header.write(name, 0, 'latin1')
  header.write(`${mode}\0`, 100)
  header.write('0000000\0'.repeat(2), 108)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write(' '.repeat(8), 148)
  header.write(type, 156)
  header.write(link, 157, 'latin1')
  header.write('ustar\0', 257)
  header.write('00', 263)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)
  return Buffer.concat([header, Buffer.from(data, 'latin1'), padding])
}
