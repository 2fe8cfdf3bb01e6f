// A registry that has not the packages of other platforms makes npm write a lock without them, and then `npm ci` refuses
// that lock everywhere. This adds them: what an installed package names as optional, in one exact version, and the
// lock does not have. Run it after each change of dependencies:
//
//   node test/rig/complete-lock.ts            writes package-lock.json
//   node test/rig/complete-lock.ts --check    only says what is missing; exit code 1 when something is
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LOCK = join(import.meta.dirname, '..', '..', 'package-lock.json')
const SYSTEMS: ReadonlySet<string> = new Set(
  'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' '),
)
const LIBRARIES: ReadonlyMap<string, string> = new Map([
  ['gnu', 'glibc'],
  ['musl', 'musl'],
])

/** Only what this file reads of an entry; the rest is kept as it is. */
interface Entry {
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(LOCK, 'utf8'))
const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name, version]) => /^\d/u.test(version) && !isLocked(path, name))
    .map(([name, version]) => [`node_modules/${name}`, entryOf(name, version, entry.dev)] as const),
)
for (const [path] of missing) process.stderr.write(`lock: ${path.slice(13)} is missing\n`)
if (process.argv.includes('--check')) process.exitCode = missing.length === 0 ? 0 : 1
else if (missing.length > 0) writeLock()

/** Whether a package is found from the folder of the one that needs it, as Node finds it. */
function isLocked(from: string, name: string): boolean {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    if (lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined)
      return true
    if (folder === '') return false
  }
}

/** The platform is in the name: `@oxlint/binding-linux-arm64-musl`. */
function entryOf(name: string, version: string, dev: boolean | undefined): object {
  const words = name.split(/[/-]/u)
  const at = words.findLastIndex((word) => SYSTEMS.has(word))
  const [system, processor = '', library = ''] = words.slice(at)
  if (at === -1 || system === undefined) throw new Error(`${name}: its platform is not in its name`)
  const libc = LIBRARIES.get(library)
  return {
    version,
    cpu: [processor.replace(/^armv7$/u, 'arm').replace(/^aarch64$/u, 'arm64')],
    ...(dev === true ? { dev } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [system],
  }
}

/** Paths in npm's own order, so that its next writing changes nothing. */
function writeLock(): void {
  const entries = [...Object.entries(lock.packages), ...missing]
  const packages = Object.fromEntries(
    entries.toSorted(([left], [right]) => left.localeCompare(right, 'en')),
  )
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`)
}
