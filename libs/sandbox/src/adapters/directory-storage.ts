import { appendFile, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalRecord } from '../store/object-store.ts'
import type { SandboxStorage } from '../storage.ts'

const COMPACT_BYTES_MIN = 4 * 1024 * 1024 // A smaller journal is read in well under a second.
const COMPACT_FACTOR = 4 // A journal is written anew when it is so many times as large as its snapshot was.

interface Journal {
  readonly bytes: number
  readonly snapshotBytes: number
}

/** A journal of JSON lines for each cluster, in a directory that this process owns alone. */
export function directoryStorage(directory: string): SandboxStorage {
  const journals = new Map<string, Journal>()
  const pathOf = (cluster: string): string => join(directory, `${cluster}.journal`)
  return {
    load: async (cluster) => {
      await mkdir(directory, { recursive: true })
      const kept = await readOrNothing(pathOf(cluster))
      // What is not a whole line is the end of a write that was cut short: nobody was told of it.
      const text = kept.slice(0, kept.lastIndexOf('\n') + 1)
      if (text !== kept) await replaceFile(pathOf(cluster), text)
      journals.set(cluster, { bytes: text.length, snapshotBytes: text.length })
      return parseLines(text)
    },
    append: async (cluster, records, snapshot) => {
      const journal = journals.get(cluster) ?? { bytes: 0, snapshotBytes: 0 }
      const text = toLines(records)
      const limit = Math.max(COMPACT_BYTES_MIN, COMPACT_FACTOR * journal.snapshotBytes)
      // Until the write is done, the journal counts as spoiled: after a failure it is written anew.
      journals.set(cluster, { bytes: Infinity, snapshotBytes: 0 })
      if (journal.bytes + text.length > limit) {
        const all = toLines(snapshot())
        await replaceFile(pathOf(cluster), all)
        journals.set(cluster, { bytes: all.length, snapshotBytes: all.length })
        return
      }
      await appendFile(pathOf(cluster), text)
      journals.set(cluster, {
        bytes: journal.bytes + text.length,
        snapshotBytes: journal.snapshotBytes,
      })
    },
  }
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

function toLines(records: readonly JournalRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

function parseLines(text: string): readonly JournalRecord[] {
  return text === '' ? [] : text.slice(0, -1).split('\n').map(parseLine)
}

function parseLine(line: string): JournalRecord {
  const record: unknown = JSON.parse(line)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- We wrote it.
  return record as JournalRecord
}

async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`
  const file = await open(next, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, path)
}
