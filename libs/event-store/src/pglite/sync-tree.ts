import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const PARALLEL_MAX = 32 // The file system writes its journal once for many.

/** Syncs every file and directory below `dir`, and `dir` itself: a new database, before it is relied on. */
export async function syncTree(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  for (let at = 0; at < paths.length; at += PARALLEL_MAX)
    await Promise.all(paths.slice(at, at + PARALLEL_MAX).map(syncPath))
  await syncPath(dir)
}

/** Syncs one file, or the names in one directory. */
export async function syncPath(path: string): Promise<void> {
  await using file = await open(path, 'r')
  await file.sync()
}
