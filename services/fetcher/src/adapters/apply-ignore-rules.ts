import { type Blob, GitRefused, type TreeEntry } from '@tidemark/git'
import { type FileMode, fluxIgnore, folderOf, type IgnoreFile, nameOf } from '@tidemark/source-tree'

/** A file that goes into the artifact. */
export interface KeptEntry extends TreeEntry {
  readonly mode: FileMode
}

export interface IgnoreInput {
  readonly tree: readonly TreeEntry[]
  readonly blobs: (oids: readonly string[], signal: AbortSignal) => AsyncIterable<Blob>
  readonly ignore?: string
}

const IGNORE_NAME = '.sourceignore'
const IGNORE_FILES_MAX = 1000 // One in each of a thousand folders; more is a mistake.
const IGNORE_BYTES_MAX = 1024 * 1024 // All of them together; one has some hundred bytes.

/** The entries that ignore rules and submodules leave, in their order. */
export async function applyIgnoreRules(
  { tree, blobs, ignore }: IgnoreInput,
  signal: AbortSignal,
): Promise<readonly KeptEntry[]> {
  const rules = tree.filter(({ path, mode }) => nameOf(path) === IGNORE_NAME && isFile(mode))
  if (rules.length > IGNORE_FILES_MAX)
    throw tooMuch(
      `it has ${rules.length} ${IGNORE_NAME} files; at most ${IGNORE_FILES_MAX} are read`,
    )
  const files: IgnoreFile[] = []
  const texts = await readTexts(rules, blobs, signal)
  for (const { path, oid } of rules)
    files.push({ folder: folderOf(path), text: texts.get(oid) ?? '' })
  const isIgnored = fluxIgnore({ files, ...(ignore === undefined ? {} : { spec: ignore }) })
  return tree.filter(isKept).filter(({ path }) => !isIgnored(path, 'file'))
}

async function readTexts(
  rules: readonly TreeEntry[],
  blobs: IgnoreInput['blobs'],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  if (rules.length === 0) return texts
  let total = 0
  for await (const { oid, bytes } of blobs([...new Set(rules.map((rule) => rule.oid))], signal)) {
    total += bytes.length
    if (total > IGNORE_BYTES_MAX)
      throw tooMuch(`its ${IGNORE_NAME} files have more than ${IGNORE_BYTES_MAX} bytes`)
    texts.set(oid, Buffer.from(bytes).toString('utf8'))
  }
  return texts
}

function isFile(mode: TreeEntry['mode']): boolean {
  return mode === '100644' || mode === '100755'
}

function isKept(entry: TreeEntry): entry is KeptEntry {
  return entry.mode !== '160000'
}

function tooMuch(why: string): GitRefused {
  return new GitRefused('SOURCE_SIZE', `cannot read the ignore rules of the source: ${why}`)
}
