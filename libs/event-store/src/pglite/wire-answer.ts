/*
 * What Postgres answers, read from the bytes of its protocol (documentation, 53.7), with results in binary format.
 */
import { assert } from '@tidemark/kernel'

export type WireRow = Readonly<Record<string, unknown>>

export interface WireAnswer {
  readonly rows: readonly WireRow[]
  /** Rows that a statement stored, changed or removed; read, where it only reads. */
  readonly count: bigint
  /** Whether the server took the statement in under its name. */
  readonly isParsed: boolean
}

/** A statement that Postgres refused. The fields are named as in `pg`. */
export class StatementRefused extends Error {
  /** SQLSTATE. */
  readonly code: string
  readonly constraint: string
  readonly detail: string
  readonly isParsed: boolean

  constructor(fields: ReadonlyMap<string, string>, isParsed: boolean) {
    super(fields.get('M') ?? 'refused without a reason')
    this.code = fields.get('C') ?? ''
    this.constraint = fields.get('n') ?? ''
    this.detail = fields.get('D') ?? ''
    this.isParsed = isParsed
  }
}

type Decode = (bytes: Buffer, from: number, to: number) => unknown

interface Column {
  readonly name: string
  readonly decode: Decode
}

const HEX_OF_GROUPS = [0, 4, 6, 8, 10, 16] as const // Bytes at which the groups of a UUID begin and end.

/** Types that the ledger's statements give, by their ids (catalogue pg_type). */
const DECODERS: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [16, (bytes, from) => bytes[from] === 1],
  [17, (bytes, from, to) => Buffer.from(bytes.subarray(from, to))],
  [19, text],
  [20, (bytes, from) => bytes.readBigInt64BE(from)],
  [21, (bytes, from) => bytes.readInt16BE(from)],
  [23, (bytes, from) => bytes.readInt32BE(from)],
  [25, text],
  [1043, text],
  [2278, () => ''],
  [2950, uuid],
])

/** Reads all messages up to the end of the exchange; throws {@link StatementRefused} where it was refused. */
export function readAnswer(answer: Uint8Array): WireAnswer {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
  const rows: WireRow[] = []
  let columns: readonly Column[] = []
  let count = 0n
  let isParsed = false
  let refused: ReadonlyMap<string, string> | undefined
  for (let at = 0; at < bytes.length;) {
    const kind = bytes.toString('latin1', at, at + 1)
    const from = at + 5
    at += 1 + bytes.readInt32BE(at + 1)
    if (kind === 'D') rows.push(readRow(bytes, from, columns))
    else if (kind === 'T') columns = readColumns(bytes, from)
    else if (kind === 'C') count = readCount(cString(bytes, from))
    else if (kind === '1') isParsed = true
    else if (kind === 'E') refused = readFields(bytes, from)
  }
  if (refused !== undefined) throw new StatementRefused(refused, isParsed)
  return { rows, count, isParsed }
}

function readColumns(bytes: Buffer, from: number): readonly Column[] {
  let at = from + 2
  return Array.from({ length: bytes.readInt16BE(from) }, () => {
    const name = cString(bytes, at)
    at += Buffer.byteLength(name) + 1
    const type = bytes.readInt32BE(at + 6)
    at += 18
    const decode = DECODERS.get(type)
    assert(decode !== undefined, `column ${name} has a type that is read here, not type ${type}`)
    return { name, decode }
  })
}

function readRow(bytes: Buffer, from: number, columns: readonly Column[]): WireRow {
  const row: Record<string, unknown> = {}
  let at = from + 2
  for (const { name, decode } of columns) {
    const length = bytes.readInt32BE(at)
    at += 4
    row[name] = length < 0 ? null : decode(bytes, at, at + length)
    at += Math.max(0, length)
  }
  return row
}

/** `INSERT 0 5`, `SELECT 2`, `BEGIN`. */
function readCount(tag: string): bigint {
  return BigInt(/\d+$/u.exec(tag)?.[0] ?? 0)
}

function readFields(bytes: Buffer, from: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (let at = from; bytes[at] !== 0;) {
    const value = cString(bytes, at + 1)
    fields.set(bytes.toString('latin1', at, at + 1), value)
    at += Buffer.byteLength(value) + 2
  }
  return fields
}

function cString(bytes: Buffer, from: number): string {
  return bytes.toString('utf8', from, bytes.indexOf(0, from))
}

function text(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to)
}

function uuid(bytes: Buffer, from: number): string {
  const groups = HEX_OF_GROUPS.slice(1).map((end, at) =>
    bytes.toString('hex', from + (HEX_OF_GROUPS[at] ?? 0), from + end),
  )
  return groups.join('-')
}
