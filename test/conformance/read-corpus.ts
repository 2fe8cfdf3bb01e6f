import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, Check } from './suite.ts'

/** A case as the corpus has it: fields are checked where they are used. */
export type Record = { readonly [field: string]: unknown }

/** The corpus is broken: which file (and line), and what is wrong there. */
export class CorpusError extends Error {
  override readonly name: string = 'CorpusError'
}

/**
 * A case for each object of a file of JSON lines, none if there is no such file. A line that is no case is one that fails, under
 * the name of its file and line; the others run.
 */
export function* lineCases(
  directory: string,
  file: string,
  toCase: (record: Record, line: string) => Case,
): Generator<Case> {
  const path = join(directory, file)
  if (!existsSync(path)) return
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries())
    if (line !== '') yield* caseAt(`${path}:${index + 1}`, () => toCase(parseRecord(line), line))
}

/** What `read` gives, if anything; where the corpus is broken, a case that fails and says at which place. */
export function caseAt(place: string, read: () => Case | undefined): readonly Case[] {
  try {
    const found = read()
    if (found === undefined) return []
    return [{ ...found, run: () => checksAt(place, found.run) }]
  } catch (error) {
    return [{ id: place, group: 'broken', run: () => checksAt(place, () => raise(error)) }]
  }
}

async function checksAt(place: string, run: Case['run']): Promise<readonly Check[]> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof CorpusError)
      throw new CorpusError(`${place}: ${error.message}`, { cause: error })
    throw error
  }
}

function raise(error: unknown): never {
  throw error
}

/** A file that a suite cannot do without. @throws CorpusError */
export function corpusFile(path: string): string {
  if (!existsSync(path)) throw new CorpusError(`there is no ${path}`)
  return readFileSync(path, 'utf8')
}

/** @throws CorpusError for what is no JSON, or no object */
export function parseRecord(json: string): Record {
  try {
    return asRecord(JSON.parse(json))
  } catch (error) {
    if (error instanceof SyntaxError) throw new CorpusError(`no JSON: ${error.message}`)
    throw error
  }
}

/** @throws CorpusError for what is no object */
export function asRecord(value: unknown): Record {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CorpusError(`an object is needed, not ${JSON.stringify(value)}`)
  return { ...value }
}

/** A field that has to be there. @throws CorpusError */
export function text(record: Record, field: string): string {
  const value = record[field]
  if (typeof value !== 'string')
    throw new CorpusError(`the field "${field}" has to be a text, not ${JSON.stringify(value)}`)
  return value
}

/** A field that may be missing. @throws CorpusError for one that is no text */
export function textOrNone(record: Record, field: string): string | undefined {
  return record[field] === undefined ? undefined : text(record, field)
}
