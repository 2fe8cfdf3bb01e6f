import { CODE_FOLDER } from '@tidemark/contracts'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const FILES_MAX = 1_000 // Far more than the rooms of a service have.

/**
 * SHA-256 over the code in these folders, and over that which reads events: another fold may give another state
 * for the same events, so what it kept is not ours. It is taken from the files that run, so nobody can forget it.
 */
export async function codeOf(folders: readonly URL[]): Promise<string> {
  const hash = createHash('sha256')
  const all = [...folders, new URL(CODE_FOLDER), new URL('..', import.meta.url)]
  for (const folder of all.map((url) => fileURLToPath(url))) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile() && isCode(entry.name))
      .map(({ parentPath, name }) => `${parentPath}/${name}`)
      .toSorted()
      .slice(0, FILES_MAX)
    for (const file of files)
      hash.update(`${file.slice(folder.length)}\0`).update(await readFile(file))
  }
  return hash.digest('hex')
}

function isCode(name: string): boolean {
  return /\.[jt]s$/u.test(name) && !/\.(?:test|d)\.[jt]s$/u.test(name)
}
