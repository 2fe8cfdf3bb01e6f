import { GitRefused } from '../git-refused.ts'

/** An annotated tag, as it was written. */
export interface Tag {
  readonly oid: string
  /** What it is of. */
  readonly object: string
  /** The name that it was made under. */
  readonly name: string
  /** The bytes that `oid` is the digest of. */
  readonly raw: Uint8Array
}

const HEADERS = /^object (?<object>[0-9a-f]{40})\ntype [a-z]+\ntag (?<name>[^\n]*)\n/u

/** Reads a tag object; `oid` MUST be its digest already. */
export function parseTag(oid: string, raw: Uint8Array): Tag {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8')
  const { object, name } = HEADERS.exec(text)?.groups ?? {}
  if (object === undefined || name === undefined)
    throw new GitRefused('GIT_OBJECT', `the tag ${oid} leads nowhere; run git fsck on the server`)
  return { oid, object, name, raw }
}
