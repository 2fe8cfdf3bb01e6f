import { SourceError } from '../source-error.ts'
import type { FileMode } from '../source-tree.ts'

/**
 * What an artifact is: each file, and where its bytes lie. The blob of an index names the blobs of packs; a
 * pack is the contents of files, one after another. Two indexes of equal files have equal tree digests,
 * however their packs are cut.
 */
export interface ArtifactIndex {
  readonly packs: readonly ArtifactPack[]
  /** A digest of the ignore rules that chose the files: equal rules choose equal paths again. */
  readonly rules: string
  /** In byte order of paths. */
  readonly files: readonly ArtifactFile[]
}

export interface ArtifactPack {
  /** The name of its blob. */
  readonly blob: string
  /** All of it, with what no file of this index uses any more. */
  readonly bytes: number
}

export type ArtifactFile = PackedFile | ArtifactLink

interface Described {
  readonly path: string
  /** Of the content, 64 hex digits; of a link, of its target. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  /** The content's id where it came from (a Git blob), so that it need not be read there again. */
  readonly origin: string
}

export interface PackedFile extends Described {
  readonly mode: Exclude<FileMode, '120000'>
  /** Which of `packs`, from 0. */
  readonly pack: number
  /** Byte at which the content starts in it. */
  readonly offset: number
}

export interface ArtifactLink extends Described {
  readonly mode: '120000'
  readonly target: string
}

const FORMAT = 'tidemark artifact 1'

type Row = readonly [
  path: string,
  mode: FileMode,
  sha256: string,
  size: number,
  origin: string,
  packOrTarget: number | string,
  offset: number,
]

/** One index, one sequence of bytes. */
export function encodeArtifactIndex({ packs, rules, files }: ArtifactIndex): Uint8Array {
  const rows = files.map((file) => {
    const { path, mode, sha256, size, origin } = file
    const place = file.mode === '120000' ? [file.target, 0] : [file.pack, file.offset]
    return [path, mode, sha256, size, origin, ...place]
  })
  const packRows = packs.map(({ blob, bytes }) => [blob, bytes])
  return Buffer.from(JSON.stringify({ format: FORMAT, packs: packRows, rules, files: rows }))
}

/** Reads what `encodeArtifactIndex` wrote. @throws SourceError ARCHIVE_FORMAT for anything else. */
export function decodeArtifactIndex(bytes: Uint8Array): ArtifactIndex {
  const parsed: unknown = parse(bytes)
  if (!isIndex(parsed))
    throw new SourceError(
      'ARCHIVE_FORMAT',
      '',
      `the blob is not a "${FORMAT}"; fetch the source again`,
    )
  return {
    packs: parsed.packs.map(([blob, size]) => ({ blob, bytes: size })),
    rules: parsed.rules,
    files: parsed.files.map((row) => readRow(row)),
  }
}

function readRow([path, mode, sha256, size, origin, place, offset]: Row): ArtifactFile {
  const described = { path, sha256, size, origin }
  return mode === '120000'
    ? { ...described, mode, target: String(place) }
    : { ...described, mode, pack: Number(place), offset }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    )
  } catch {
    return undefined
  }
}

interface Encoded {
  readonly packs: readonly (readonly [blob: string, bytes: number])[]
  readonly rules: string
  readonly files: readonly Row[]
}

/** The format is looked at, its rows are not: their name is a digest, so they are what was written. */
function isIndex(parsed: unknown): parsed is Encoded {
  if (typeof parsed !== 'object' || parsed === null) return false
  return (
    'format' in parsed &&
    parsed.format === FORMAT &&
    'packs' in parsed &&
    Array.isArray(parsed.packs) &&
    'files' in parsed &&
    Array.isArray(parsed.files)
  )
}
