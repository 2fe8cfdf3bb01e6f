import { GitRefused } from '../git-refused.ts'
import type { Tag } from './tag.ts'

/** One commit, as it was written. */
export interface Commit {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
  /** The bytes that `oid` is the digest of: what a signature is checked against. */
  readonly raw: Uint8Array
  /** The annotated tag that it was fetched by, if it was one. */
  readonly tag?: Tag
}

export interface Signature {
  readonly name: string
  readonly email: string
  /** Seconds since 1970-01-01 UTC, as the writer's clock had them. */
  readonly seconds: number
  /** Minutes east of UTC. */
  readonly offsetMinutes: number
}

const PARENTS_MAX = 64 // Git's own octopus merges stop at 24 by default.
const OID = /^[0-9a-f]{40}$/
// The last `>` ends the address: names with brackets in them exist.
const SIGNATURE =
  /^(?<name>.*?) ?<(?<email>.*)> ?(?<seconds>-?\d{1,12}) (?<sign>[+-])(?<hours>\d{2,3})(?<minutes>\d{2})$/s

/** Reads a commit object; `oid` MUST be its digest already. Text that is not UTF-8 reads with U+FFFD. */
export function parseCommit(oid: string, raw: Uint8Array): Commit {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8')
  const end = text.indexOf('\n\n')
  const headers = readHeaders(end < 0 ? text : text.slice(0, end))
  const tree = headers.get('tree')?.[0]
  const parents = headers.get('parent') ?? []
  if (tree === undefined || !OID.test(tree)) throw damaged(oid, 'it names no tree')
  if (parents.length > PARENTS_MAX || !parents.every((parent) => OID.test(parent)))
    throw damaged(oid, `its parents are not at most ${PARENTS_MAX} object ids`)
  return {
    oid,
    tree,
    parents,
    author: parseSignature(headers.get('author')?.[0]),
    committer: parseSignature(headers.get('committer')?.[0]),
    message: end < 0 ? '' : text.slice(end + 2),
    raw,
  }
}

/** Header lines up to the empty one; a line that starts with a space goes on with the one before. */
function readHeaders(block: string): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (const line of block.split('\n')) {
    const space = line.indexOf(' ')
    if (space <= 0) continue // A continuation, of a signature for instance: nothing that we read.
    const key = line.slice(0, space)
    const values = headers.get(key)
    if (values === undefined) headers.set(key, [line.slice(space + 1)])
    else values.push(line.slice(space + 1))
  }
  return headers
}

/** A signature that Git itself could not read is shown as it is; it decides nothing. */
function parseSignature(line = ''): Signature {
  const groups = SIGNATURE.exec(line)?.groups
  if (groups === undefined) return { name: line, email: '', seconds: 0, offsetMinutes: 0 }
  const minutes = Number(groups['hours']) * 60 + Number(groups['minutes'])
  return {
    name: groups['name'] ?? '',
    email: groups['email'] ?? '',
    seconds: Number(groups['seconds']),
    offsetMinutes: groups['sign'] === '-' ? -minutes : minutes,
  }
}

function damaged(oid: string, why: string): GitRefused {
  return new GitRefused(
    'GIT_OBJECT',
    `cannot read commit ${oid}: ${why}; run git fsck on the server`,
  )
}
