import { createHash } from 'node:crypto'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

/** An object whose bytes have been checked against its id. */
export interface GitObject {
  readonly oid: string
  readonly type: ObjectType
  readonly bytes: Uint8Array
}

const TYPES: readonly string[] = ['commit', 'tree', 'blob', 'tag'] satisfies ObjectType[]

/** Whether a word is one of the four kinds of object. */
export function isObjectType(word: string): word is ObjectType {
  return TYPES.includes(word)
}

/** The id of an object: SHA-1 over its header and bytes. */
export function objectId(type: ObjectType, bytes: Uint8Array): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
}
