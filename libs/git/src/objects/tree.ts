import { type FileMode, nameProblem } from '@tidemark/source-tree'
import { GitRefused } from '../git-refused.ts'

/** One file of a commit. */
export interface TreeEntry {
  /** From the root of the repository, with `/`. */
  readonly path: string
  /** Git's mode; `160000` is a submodule, whose `oid` is a commit of another repository. */
  readonly mode: FileMode | '160000'
  readonly oid: string
}

/** One line of a tree object. */
export interface TreeLine {
  readonly name: string
  readonly mode: TreeEntry['mode'] | 'tree'
  readonly oid: string
}

const OID_BYTES = 20
const SPACE = 0x20
const NUL = 0

const MODES = new Map<string, TreeLine['mode']>([
  ['40000', 'tree'],
  ['040000', 'tree'], // Written by tools that pad; Git reads it.
  ['100644', '100644'],
  ['100664', '100644'], // Written by Git before 2005's end; Git reads it as 644.
  ['100755', '100755'],
  ['120000', '120000'],
  ['160000', '160000'],
])

/**
 * Reads a tree object; `oid` MUST be its digest already. Refuses what could become another file on the way:
 * the names of RELIABILITY T1, and a name that is there twice. `folder` is for the message alone.
 */
export function parseTree(oid: string, raw: Uint8Array, folder: string): readonly TreeLine[] {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const lines: TreeLine[] = []
  const names = new Set<string>()
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(SPACE, at)
    const nul = bytes.indexOf(NUL, space + 1)
    const end = nul + 1 + OID_BYTES
    if (space < 0 || nul < 0 || end > bytes.length) throw damaged(oid, folder)
    const mode = MODES.get(bytes.toString('latin1', at, space))
    if (mode === undefined) throw damaged(oid, folder)
    const name = readName(bytes.subarray(space + 1, nul), folder)
    if (names.has(name)) throw refusedName(folder, name, 'it is there twice')
    names.add(name)
    lines.push({ name, mode, oid: bytes.toString('hex', nul + 1, end) })
    at = end
  }
  return lines
}

/** The path of a name in a folder; the root is `''`. */
export function pathIn(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

function readName(bytes: Buffer, folder: string): string {
  const name = bytes.toString('utf8')
  if (name.includes('\ufffd') && !Buffer.from(name, 'utf8').equals(bytes))
    throw refusedName(folder, bytes.toString('latin1'), 'it is not UTF-8')
  const problem = nameProblem(name)
  if (problem !== undefined) throw refusedName(folder, name, problem)
  return name
}

function refusedName(folder: string, name: string, why: string): GitRefused {
  return new GitRefused(
    'GIT_TREE_NAME',
    `cannot use the file ${JSON.stringify(name)} in the folder ${JSON.stringify(folder)}: ${why}; rename it in the repository`,
  )
}

function damaged(oid: string, folder: string): GitRefused {
  return new GitRefused(
    'GIT_OBJECT',
    `cannot read the tree ${oid} of the folder ${JSON.stringify(folder)}: it is damaged; run git fsck on the server`,
  )
}
