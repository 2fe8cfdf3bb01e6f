import { gunzipSync } from 'node:zlib'
import { SourceError } from './source-error.ts'
import {
  FILE_BYTES_MAX,
  type FileMode,
  type IndexEntry,
  indexedTree,
  type SourceTree,
} from './source-tree.ts'
import { BLOCK_BYTES, readHeader, readPax, type TarHeader } from './tar-header.ts'
import { compareBytes, findTwins, joinPath } from './tree-path.ts'

/** Most bytes of an archive once unpacked; counted on what is there, not on what headers say. */
export const ARCHIVE_BYTES_MAX: number = 128 * 1024 * 1024
/** Most entries; eight times the largest chart repository that we measured. */
export const ARCHIVE_ENTRIES_MAX = 100_000
/** Unpacked to packed. YAML reaches 30; deflate itself cannot pass 1,032. */
export const ARCHIVE_RATIO_MAX = 200
// Small archives may have any ratio: a megabyte harms nobody.
const RATIO_FREE_BYTES = 1024 * 1024
// Fewer and larger pieces are put together sooner.
const CHUNK_BYTES = 256 * 1024
// Pax headers and long names; a path has at most 4096 bytes.
const META_BYTES_MAX = 64 * 1024

export interface ArchiveOptions {
  /** Symbolic links: refused (charts, sources of others), left out (as Flux does) or kept (our own artifacts). */
  readonly links?: 'refuse' | 'skip' | 'keep'
  /** Largest file, in bytes; what is above is refused at once. */
  readonly fileBytesMax?: number
  /** Most bytes once unpacked, where that is fewer than any archive may have. */
  readonly bytesMax?: number
  /** Most entries, where that is fewer than any archive may have. */
  readonly entriesMax?: number
}

interface Member {
  readonly entry: IndexEntry
  readonly bytes: Uint8Array
}

/**
 * Reads a tar archive, gzipped or not, in memory: regular files and folders only (links as `options` say).
 * Nothing is written anywhere.
 * @throws SourceError ARCHIVE_FORMAT, ARCHIVE_ENTRY (hard links, devices, `..`), ARCHIVE_DUPLICATE (also names
 * that differ by case or normalisation only), ARCHIVE_COUNT, ARCHIVE_SIZE, ARCHIVE_RATIO, SOURCE_NAME, SOURCE_FILE_SIZE.
 */
export function readArchive(archive: Uint8Array, options: ArchiveOptions = {}): SourceTree {
  const members = new Map<string, Member>()
  const { bytesMax = ARCHIVE_BYTES_MAX, entriesMax = ARCHIVE_ENTRIES_MAX } = options
  const tar = unpacked(archive, bytesMax)
  for (const { header, body } of tarEntries(tar, entriesMax)) {
    const isFolder = header.type === '5'
    if (isFolder || (header.type === '2' && options.links === 'skip')) continue
    const member = toMember(header, body, options)
    if (members.has(member.entry.path))
      throw new SourceError(
        'ARCHIVE_DUPLICATE',
        header.name,
        `"${header.name}" is in the archive twice`,
      )
    members.set(member.entry.path, member)
  }
  const [twins] = findTwins(members.keys())
  if (twins !== undefined)
    throw new SourceError(
      'ARCHIVE_DUPLICATE',
      twins.second,
      `"${twins.first}" and "${twins.second}" are one file on some systems; rename one`,
    )
  const index = [...members.values()].map(({ entry }) => entry)
  return indexedTree(
    index.toSorted((left, right) => compareBytes(left.path, right.path)),
    ({ path }) => members.get(path)?.bytes ?? new Uint8Array(),
  )
}

function unpacked(archive: Uint8Array, bytesMax: number): Uint8Array {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return sized(archive, bytesMax)
  const byRatio = Math.max(RATIO_FREE_BYTES, archive.length * ARCHIVE_RATIO_MAX)
  try {
    const maxOutputLength = Math.min(byRatio, bytesMax)
    return gunzipSync(archive, { maxOutputLength, chunkSize: CHUNK_BYTES })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code !== 'ERR_BUFFER_TOO_LARGE')
      throw new SourceError('ARCHIVE_FORMAT', '', `the gzip stream is damaged (${String(code)})`)
    if (byRatio < bytesMax)
      throw new SourceError(
        'ARCHIVE_RATIO',
        '',
        `unpacks to more than ${ARCHIVE_RATIO_MAX} times its size`,
      )
    throw tooLarge(bytesMax)
  }
}

function sized(archive: Uint8Array, bytesMax: number): Uint8Array {
  if (archive.length > bytesMax) throw tooLarge(bytesMax)
  return archive
}

function tooLarge(bytesMax: number): SourceError {
  return new SourceError(
    'ARCHIVE_SIZE',
    '',
    `unpacks to more than ${bytesMax / 1024 / 1024} MiB; ignore files, or split the source`,
  )
}

/** The entries with their long names and PAX records applied. */
function* tarEntries(
  tar: Uint8Array,
  entriesMax: number,
): Generator<{ header: TarHeader; body: Uint8Array }> {
  let at = 0
  let count = 0
  let pending: { name?: string; link?: string; size?: number } = {}
  while (at + BLOCK_BYTES <= tar.length) {
    const raw = readHeader(tar.subarray(at, at + BLOCK_BYTES))
    if (raw === undefined) return
    const header = { ...raw, ...pending }
    at += BLOCK_BYTES
    count += 1
    if (count > entriesMax)
      throw new SourceError(
        'ARCHIVE_COUNT',
        header.name,
        `more than ${entriesMax} entries; ignore files, or split the source`,
      )
    if (header.size > tar.length - at)
      throw new SourceError(
        'ARCHIVE_FORMAT',
        header.name,
        `"${header.name}" claims ${header.size} bytes, and the archive ends before`,
      )
    const body = tar.subarray(at, at + header.size)
    at += Math.ceil(header.size / BLOCK_BYTES) * BLOCK_BYTES
    const meta = readMeta(raw, body)
    pending = meta === undefined ? {} : { ...pending, ...meta }
    if (meta === undefined) yield { header, body }
  }
  if (at > tar.length || (at < tar.length && tar.subarray(at).some((byte) => byte !== 0)))
    throw new SourceError('ARCHIVE_FORMAT', '', 'the archive ends in the middle of an entry')
}

/** What an entry says about the next one: GNU long names (L, K) and PAX (x; g is comments of `git archive`). */
function readMeta(
  { type, name, size }: TarHeader,
  body: Uint8Array,
): { name?: string; link?: string; size?: number } | undefined {
  if (!['L', 'K', 'x', 'g'].includes(type)) return undefined
  if (size > META_BYTES_MAX)
    throw new SourceError('ARCHIVE_ENTRY', name, `a header of ${size} bytes`)
  if (type === 'L') return { name: cText(body) }
  if (type === 'K') return { link: cText(body) }
  if (type === 'g') return {}
  return paxMeta(readPax(body, name), name)
}

function paxMeta(
  records: ReadonlyMap<string, string>,
  name: string,
): { name?: string; link?: string; size?: number } {
  const path = records.get('path')
  const link = records.get('linkpath')
  const size = records.get('size')
  if ([...records.keys()].some((key) => key.startsWith('GNU.sparse')))
    throw new SourceError('ARCHIVE_ENTRY', path ?? name, 'sparse files are not allowed')
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw new SourceError('ARCHIVE_FORMAT', path ?? name, `a size of ${JSON.stringify(size)}`)
  return {
    ...(path === undefined ? {} : { name: path }),
    ...(link === undefined ? {} : { link }),
    ...(size === undefined ? {} : { size: Number(size) }),
  }
}

function cText(body: Uint8Array): string {
  const end = body.indexOf(0)
  return Buffer.from(end < 0 ? body : body.subarray(0, end)).toString()
}

const TYPES: Readonly<Record<string, string>> = {
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'character device',
  '4': 'block device',
  '6': 'named pipe',
  S: 'sparse file',
}

function toMember(header: TarHeader, body: Uint8Array, options: ArchiveOptions): Member {
  const { type, name } = header
  if (name.split('/').includes('..'))
    throw new SourceError('ARCHIVE_ENTRY', name, `the name "${name}" leaves the archive`)
  const path = joinPath('', name)
  if (type === '2' && options.links === 'keep') {
    const bytes = Buffer.from(header.link)
    return { entry: { path, mode: '120000', size: bytes.length }, bytes }
  }
  if (type !== '0' && type !== '7') throw notAllowed(header)
  const fileBytesMax = options.fileBytesMax ?? FILE_BYTES_MAX
  if (body.length > fileBytesMax)
    throw new SourceError(
      'SOURCE_FILE_SIZE',
      name,
      `"${name}" has ${body.length} bytes; at most ${fileBytesMax} are allowed`,
    )
  const mode: FileMode = header.executable ? '100755' : '100644'
  return { entry: { path, mode, size: body.length }, bytes: body }
}

function notAllowed({ type, name }: TarHeader): SourceError {
  const what = TYPES[type] ?? `entry of type ${JSON.stringify(type)}`
  return new SourceError('ARCHIVE_ENTRY', name, `"${name}" is a ${what}, which is not allowed`)
}
