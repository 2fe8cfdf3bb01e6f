import { assert } from '@tidemark/kernel'
import { MalformedLogText } from './log-errors.ts'
import { HASH_BYTES } from './tree-hash.ts'

/** The head of a log: what is signed (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: like a URL without its scheme. */
  readonly origin: string
  /** The number of leaves: an integer up to 2^53-1. */
  readonly size: number
  readonly root: Uint8Array
  /** Further lines, which mean something to this log only. */
  readonly extensions?: readonly string[]
}

/** The text of the note: origin, size and base64 root, one to a line. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions = [] } = checkpoint
  assert(root.length === HASH_BYTES, `a root has ${HASH_BYTES} bytes`)
  assert(Number.isSafeInteger(size) && size >= 0, `a log cannot have ${size} leaves`)
  const lines = [origin, String(size), Buffer.from(root).toString('base64'), ...extensions]
  assert(lines.every(isLine), 'each line of a checkpoint has something in it')
  return `${lines.join('\n')}\n`
}

/** Reads the text of a note whose signature was checked. Throws `MalformedLogText`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n')
  if (!text.endsWith('\n') || ![origin, ...extensions].every(isLine)) {
    throw new MalformedLogText('checkpoint', 'it is not three or more lines with something in them')
  }
  const root = Buffer.from(encoded, 'base64')
  if (root.length !== HASH_BYTES || root.toString('base64') !== encoded) {
    throw new MalformedLogText('checkpoint', 'line 3 is not the base64 of a SHA-256 hash')
  }
  const parsed = { origin, size: parseSize(size, 'checkpoint'), root }
  return extensions.length === 0 ? parsed : { ...parsed, extensions }
}

/** A decimal number without leading zeros, up to 2^53-1. */
export function parseSize(digits: string, what: string): number {
  const size = Number(digits)
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(digits) || !Number.isSafeInteger(size)) {
    throw new MalformedLogText(
      what,
      `${JSON.stringify(digits.slice(0, 40))} is not a number of leaves`,
    )
  }
  return size
}

function isLine(line: string): boolean {
  return line !== '' && !line.includes('\n')
}
