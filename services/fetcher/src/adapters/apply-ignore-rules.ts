import { type Blob, GitRefused, type TreeEntry } from '@tidemark/git'
import {
  type FileMode,
  fluxIgnore,
  folderOf,
  type IgnoreFile,
  nameOf,
  sha256Of,
} from '@tidemark/source-tree'

/** A file that goes into the artifact. */
export interface KeptEntry extends TreeEntry {
  readonly mode: FileMode
}

export interface IgnoreInput {
  readonly tree: readonly TreeEntry[]
  readonly blobs: (oids: readonly string[], signal: AbortSignal) => AsyncIterable<Blob>
  readonly rules?: 'flux' | 'none'
  readonly ignore?: string
}

export interface Kept {
  /** A digest of all rules. */
  readonly rules: string
  /** What they leave, in the order of the tree. */
  readonly entries: readonly KeptEntry[]
}

/** What the same rules chose before. */
export interface Decided {
  readonly rules: string
  readonly paths: ReadonlySet<string>
}

const IGNORE_NAME = '.sourceignore'
const IGNORE_FILES_MAX = 1000 // One in each of a thousand folders; more is a mistake.
const IGNORE_BYTES_MAX = 1024 * 1024 // All of them together; one has some hundred bytes.

/**
 * What ignore rules and submodules leave of a tree. A path that the same rules kept before is not matched again:
 * in a large repository matching costs more than everything else that a small push does.
 */
export async function applyIgnoreRules(
  { tree, blobs, rules: by = 'flux', ignore }: IgnoreInput,
  decided: Decided,
  signal: AbortSignal,
): Promise<Kept> {
  if (by === 'none') return { rules: 'none', entries: tree.filter(isKept) }
  const texts = await readTexts(tree.filter(isRuleFile), blobs, signal)
  const files = tree
    .filter(isRuleFile)
    .map(({ path, oid }): IgnoreFile => ({ folder: folderOf(path), text: texts.get(oid) ?? '' }))
  const rules = sha256Of(JSON.stringify([files, ignore ?? null]))
  const known = decided.rules === rules ? decided.paths : new Set<string>()
  const isIgnored = fluxIgnore({ files, ...(ignore === undefined ? {} : { spec: ignore }) })
  const entries = tree
    .filter(isKept)
    .filter(({ path }) => known.has(path) || !isIgnored(path, 'file'))
  return { rules, entries }
}

async function readTexts(
  rules: readonly TreeEntry[],
  blobs: IgnoreInput['blobs'],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  if (rules.length === 0) return texts
  if (rules.length > IGNORE_FILES_MAX)
    throw tooMuch(
      `it has ${rules.length} ${IGNORE_NAME} files; at most ${IGNORE_FILES_MAX} are read`,
    )
  let total = 0
  for await (const { oid, bytes } of blobs([...new Set(rules.map((rule) => rule.oid))], signal)) {
    total += bytes.length
    if (total > IGNORE_BYTES_MAX)
      throw tooMuch(`its ${IGNORE_NAME} files have more than ${IGNORE_BYTES_MAX} bytes`)
    texts.set(oid, Buffer.from(bytes).toString('utf8'))
  }
  return texts
}

function isRuleFile({ path, mode }: TreeEntry): boolean {
  return nameOf(path) === IGNORE_NAME && (mode === '100644' || mode === '100755')
}

function isKept(entry: TreeEntry): entry is KeptEntry {
  return entry.mode !== '160000'
}

function tooMuch(why: string): GitRefused {
  return new GitRefused('SOURCE_SIZE', `cannot read the ignore rules of the source: ${why}`)
}
