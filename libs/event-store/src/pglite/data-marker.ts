import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { WrongDatabaseVersion } from '../postgres/open-errors.ts'

const MARKER = 'database.json'
const POSTGRES_MAJOR = 18 // Of PGlite 0.5. Files of one major version mean nothing to another.

/**
 * Throws {@link WrongDatabaseVersion} where the directory holds a database that this build cannot read. One
 * without a marker holds none yet.
 */
export function checkMarker(dir: string): void {
  const path = join(dir, MARKER)
  if (!existsSync(path)) return
  const major = majorIn(readFileSync(path, 'utf8'))
  if (major === POSTGRES_MAJOR) return
  throw new WrongDatabaseVersion(
    `cannot open ${dir}: it was written by Postgres ${major ?? 'of an unknown version'}, and this build has ` +
      `Postgres ${POSTGRES_MAJOR}; open it with the build that wrote it, or move it away`,
  )
}

/** Says which version writes to the directory, before it does. */
export function writeMarker(dir: string): void {
  const path = join(dir, MARKER)
  const file = openSync(`${path}.new`, 'w', 0o600)
  writeSync(file, `${JSON.stringify({ postgres: POSTGRES_MAJOR })}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
  const parent = openSync(dir, 'r')
  fsyncSync(parent)
  closeSync(parent)
}

function majorIn(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const major: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'postgres') : undefined
    return typeof major === 'number' ? major : undefined
  } catch {
    return undefined
  }
}
