import { SourceError } from './source-error.ts'

// The longest file name that ext4, APFS and NTFS can hold.
const NAME_BYTES_MAX = 255
// PATH_MAX of Linux: what is longer could not have been checked out by anyone.
const PATH_BYTES_MAX = 4096

/**
 * Says what is wrong with one segment of a path, or nothing. What is refused could leave the tree, hide a
 * repository, or mean another file on another system: `..`, `.git` in all the spellings that Git itself
 * refuses (fsck `hasDotgit`), NUL, backslash, drive letters, more than 255 bytes, lone surrogates.
 */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'an empty name'
  if (name === '.' || name === '..') return `"${name}" is not a name`
  if (name.includes('\0')) return 'a NUL byte'
  if (name.includes('/') || name.includes('\\')) return 'a slash or backslash inside a name'
  if (/^[A-Za-z]:/.test(name)) return 'a drive letter'
  if (!name.isWellFormed()) return 'text that is not Unicode'
  if (isDotGit(name)) return 'a spelling of ".git"'
  if (name.length * 3 > NAME_BYTES_MAX && Buffer.byteLength(name) > NAME_BYTES_MAX)
    return `more than ${NAME_BYTES_MAX} bytes`
  return undefined
}

/**
 * Joins a path that a document names onto the folder that it is relative to; `.` and `..` are taken out by
 * their text, as Go's filepath.Join does. The root is `''`.
 * @throws SourceError SOURCE_ESCAPE when the path is absolute or leaves the root; SOURCE_NAME.
 */
export function joinPath(folder: string, path: string): string {
  if (path.startsWith('/'))
    throw new SourceError(
      'SOURCE_ESCAPE',
      path,
      `"${path}" is absolute and leaves the source; use a path relative to the file that names it`,
    )
  const segments = folder === '' ? [] : folder.split('/')
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') {
      checkName(segment, path)
      segments.push(segment)
    } else if (segments.pop() === undefined) throw escape(folder, path)
  }
  const joined = segments.join('/')
  if (joined.length * 3 > PATH_BYTES_MAX && Buffer.byteLength(joined) > PATH_BYTES_MAX)
    throw new SourceError('SOURCE_NAME', path, `a path of more than ${PATH_BYTES_MAX} bytes`)
  return joined
}

/** The folder that a path lies in; `''` for what lies in the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** The last segment of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Orders text as Go and Git order its bytes (code points, where JavaScript's `<` orders UTF-16 units). */
export function compareBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b) return unitRank(a) - unitRank(b)
  }
  return left.length - right.length
}

// A surrogate stands for a code point above all that one unit can hold, so it sorts after U+E000..U+FFFF.
function unitRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** Two paths that are one file on a system that folds case or normalises Unicode. */
export interface Twins {
  readonly first: string
  readonly second: string
}

/** Finds paths that differ only by case or by Unicode normalisation. They are reported, not refused. */
export function findTwins(paths: Iterable<string>): readonly Twins[] {
  const seen = new Map<string, string>()
  const twins: Twins[] = []
  for (const path of paths) {
    const folded = path.normalize('NFC').toLowerCase()
    const first = seen.get(folded)
    if (first === undefined) seen.set(folded, path)
    else if (first !== path) twins.push({ first, second: path })
  }
  return twins
}

function checkName(name: string, path: string): void {
  const problem = nameProblem(name)
  if (problem !== undefined)
    throw new SourceError(
      'SOURCE_NAME',
      path,
      `cannot use the path ${JSON.stringify(path)}: ${problem}; rename it`,
    )
}

function escape(folder: string, path: string): SourceError {
  const from = folder === '' ? '' : ` (from "${folder}")`
  return new SourceError(
    'SOURCE_ESCAPE',
    path,
    `"${path}"${from} leaves the source; move the file into it, or declare another source`,
  )
}

// Characters that HFS+ ignores in names, as listed by Git (utf8.c, next_hfs_char).
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

// NTFS drops trailing dots and spaces, knows `git~1`, and opens `.git::$INDEX_ALLOCATION`.
function isDotGit(name: string): boolean {
  // Most names begin otherwise, and have none of the characters that are taken out.
  if (!/^[.g]|[^ -~]/i.test(name)) return false
  if (!/^\.|^git~/i.test(name.replace(HFS_IGNORED, ''))) return false
  const bare = name
    .replace(HFS_IGNORED, '')
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toLowerCase()
  return bare === '.git' || bare === 'git~1'
}
