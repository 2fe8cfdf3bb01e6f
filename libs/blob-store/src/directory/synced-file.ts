import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '@tidemark/kernel'
import { BlobStoreFull, BlobStoreUnavailable } from '../blob-errors.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Writes a new file and syncs it. A file that could not be written wholly is removed. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(bytes)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

export async function makeFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths) await mkdir(path, { recursive: true, mode: 0o700 })
}

/** Removes all files of a folder. */
export async function removeAll(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { force: true })
}

/** What a failure of the file system means: no space, or no answer. */
export function fileFailure(doing: string, path: string, error: unknown): OperatingError {
  if (error instanceof OperatingError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return FULL.has(code) ? new BlobStoreFull(path, error) : new BlobStoreUnavailable(doing, error)
}
