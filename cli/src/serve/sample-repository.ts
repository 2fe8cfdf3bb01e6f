import type { Clock } from '@tidemark/kernel'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Beside `src` and `dist`: the files of the sample fleet, as they are committed. */
const FILES = join(import.meta.dirname, '..', '..', 'sample')

/** The clusters of the sample fleet. */
export const SAMPLE_CLUSTERS: readonly string[] = ['dev', 'eu', 'us']

export const SAMPLE_IDENTITY: { readonly name: string; readonly email: string } = {
  name: 'Tidemark',
  email: 'sample@tidemark.invalid',
}

/** Makes the sample repository where there is none yet, and gives its address. */
export async function seedSample(directory: string, clock: Clock): Promise<string> {
  const there = await readFile(join(directory, 'HEAD')).catch(() => undefined)
  if (there === undefined) {
    const { seedRepository } = await import('@tidemark/git')
    const message = 'A sample fleet: three clusters, four applications'
    await seedRepository(directory, await sampleFiles(), {
      message,
      identity: SAMPLE_IDENTITY,
      clock,
    })
  }
  return pathToFileURL(directory).href
}

async function sampleFiles(): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(FILES, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const read = files.map(
    async (path) => [relative(FILES, path).split(sep).join('/'), await readFile(path)] as const,
  )
  return Object.fromEntries(await Promise.all(read))
}
