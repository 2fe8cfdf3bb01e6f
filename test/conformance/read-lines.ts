import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A case as the corpus has it: fields are checked where they are used. */
export type Record = { readonly [field: string]: unknown }

/** The objects of a file of JSON lines, none if there is no such file. */
export function readLines(directory: string, file: string): readonly Record[] {
  const path = join(directory, file)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => asRecord(JSON.parse(line)))
}

/** An object of a corpus. Throws for anything else: then the corpus is broken. */
export function asRecord(value: unknown): Record {
  if (typeof value !== 'object' || value === null) throw new Error('a case is an object')
  return { ...value }
}

/** A field that has to be there. */
export function text(record: Record, field: string): string {
  const value = record[field]
  if (typeof value !== 'string') throw new Error(`${field} of ${String(record['id'])} is no text`)
  return value
}

/** A field that may be missing. */
export function textOrNone(record: Record, field: string): string | undefined {
  return record[field] === undefined ? undefined : text(record, field)
}
