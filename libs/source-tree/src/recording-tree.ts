import {
  type EntryKind,
  type IndexEntry,
  type Listed,
  type OnLink,
  type SourceTree,
  type Stat,
  sha256Of,
} from './source-tree.ts'
import { compareBytes, joinPath } from './tree-path.ts'

/**
 * What a computation learnt from a tree: equal facts in another tree mean an equal result. Each list is in
 * byte order of paths and holds a path once. Paths of files, folders and listings are those after links.
 */
export interface Reads {
  /** Files whose content was read. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[]
  /** Paths at which something was looked for and nothing was there. */
  readonly absences: readonly string[]
  /** Folders whose entries were listed; the digest is over lines `kind name`. */
  readonly listings: readonly { readonly path: string; readonly sha256: string }[]
  /** Paths of which only the kind was asked. */
  readonly kinds: readonly { readonly path: string; readonly kind: EntryKind }[]
  /** Links that were followed. */
  readonly links: readonly { readonly path: string; readonly target: string }[]
}

/** Wraps a tree and keeps what is learnt through it. Over another one of its kind, both keep it. */
export class RecordingTree implements SourceTree {
  readonly #tree: SourceTree
  readonly #own = new Facts()
  /** Its own facts, and those of the trees that it lies over: what is asked here is asked once, however many there are. */
  readonly #all: readonly Facts[]

  constructor(tree: SourceTree) {
    this.#tree = tree instanceof RecordingTree ? tree.#tree : tree
    this.#all = tree instanceof RecordingTree ? [this.#own, ...tree.#all] : [this.#own]
  }

  stat(path: string, onLink?: OnLink): Stat | undefined {
    const stat = this.#tree.stat(path, (link, target) => {
      for (const { links } of this.#all) links.set(link, target)
      onLink?.(link, target)
    })
    if (stat === undefined) {
      const absent = joinPath('', path)
      for (const { absences } of this.#all) absences.add(absent)
    } else for (const { kinds } of this.#all) kinds.set(stat.path, stat.kind)
    return stat
  }

  read(path: string): Uint8Array {
    const stat = this.stat(path)
    const bytes = this.#tree.read(stat?.path ?? path)
    if (stat !== undefined) this.#learnFile(stat.path, this.#tree.sha256(stat.path))
    return bytes
  }

  sha256(path: string): string {
    const stat = this.stat(path)
    const digest = this.#tree.sha256(stat?.path ?? path)
    if (stat !== undefined) this.#learnFile(stat.path, digest)
    return digest
  }

  list(path: string): readonly Listed[] {
    const stat = this.stat(path)
    const listed = this.#tree.list(stat?.path ?? path)
    const digest = listingDigest(listed)
    if (stat !== undefined) for (const { listings } of this.#all) listings.set(stat.path, digest)
    return listed
  }

  /** Not recorded: it serves digests and archives, which name the tree as a whole. */
  entries(): Iterable<IndexEntry> {
    return this.#tree.entries()
  }

  readLink(path: string): string | undefined {
    const target = this.#tree.readLink(path)
    if (target === undefined) this.stat(path)
    else for (const { links } of this.#all) links.set(joinPath('', path), target)
    return target
  }

  /** Takes down what was learnt before and still holds in this tree, as if it were learnt again. */
  take(reads: Reads): void {
    for (const facts of this.#all) facts.take(reads)
  }

  /** What was read until now, in canonical form. A kind that another fact implies is left out. */
  reads(): Reads {
    return this.#own.reads()
  }

  #learnFile(path: string, sha256: string): void {
    for (const { files } of this.#all) files.set(path, sha256)
  }
}

/** Facts by path, as they are learnt. */
class Facts {
  readonly files = new Map<string, string>()
  readonly absences = new Set<string>()
  readonly listings = new Map<string, string>()
  readonly kinds = new Map<string, EntryKind>()
  readonly links = new Map<string, string>()

  take({ files, absences, listings, kinds, links }: Reads): void {
    for (const { path, sha256 } of files) this.files.set(path, sha256)
    for (const path of absences) this.absences.add(path)
    for (const { path, sha256 } of listings) this.listings.set(path, sha256)
    for (const { path, kind } of kinds) this.kinds.set(path, kind)
    for (const { path, target } of links) this.links.set(path, target)
  }

  reads(): Reads {
    const kinds = sorted(this.kinds).filter(
      ([path]) => !this.files.has(path) && !this.listings.has(path) && path !== '',
    )
    return {
      files: sorted(this.files).map(([path, sha256]) => ({ path, sha256 })),
      absences: [...this.absences].toSorted(compareBytes),
      listings: sorted(this.listings).map(([path, sha256]) => ({ path, sha256 })),
      kinds: kinds.map(([path, kind]) => ({ path, kind })),
      links: sorted(this.links).map(([path, target]) => ({ path, target })),
    }
  }
}

/** What two computations learnt together. Facts of both about one path MUST come from one tree, and so agree. */
export function mergeReads(left: Reads, right: Reads): Reads {
  const files = byPath(left.files, right.files)
  const listings = byPath(left.listings, right.listings)
  const known = new Set([...files, ...listings].map(({ path }) => path))
  return {
    files,
    absences: [...new Set([...left.absences, ...right.absences])].toSorted(compareBytes),
    listings,
    kinds: byPath(left.kinds, right.kinds).filter(({ path }) => !known.has(path)),
    links: byPath(left.links, right.links),
  }
}

function byPath<Fact extends { readonly path: string }>(
  left: readonly Fact[],
  right: readonly Fact[],
): readonly Fact[] {
  const facts = new Map([...left, ...right].map((fact) => [fact.path, fact]))
  return [...facts.values()].toSorted((one, other) => compareBytes(one.path, other.path))
}

/**
 * The first fact that no longer holds in another tree, in words; `undefined` when all hold, and the same
 * computation would give the same result.
 */
export function firstDifference(reads: Reads, tree: SourceTree): string | undefined {
  for (const { path, target } of reads.links)
    if (safely(() => tree.readLink(path)) !== target) return `the link "${path}" changed`
  for (const { path, sha256 } of reads.files)
    if (safely(() => tree.sha256(path)) !== sha256) return `the file "${path}" changed`
  for (const path of reads.absences)
    if (safely(() => tree.stat(path) === undefined) !== true) return `"${path}" is new`
  for (const { path, sha256 } of reads.listings)
    if (safely(() => listingDigest(tree.list(path))) !== sha256)
      return `the entries of "${path}" changed`
  for (const { path, kind } of reads.kinds)
    if (safely(() => tree.stat(path)?.kind) !== kind) return `"${path}" is no ${kind} any more`
  return undefined
}

/** One text for one set of facts, whatever the order in which they were learnt: to be hashed or compared. */
export function encodeReads(reads: Reads): string {
  const lines = [
    ...reads.absences.map((path) => `absent ${JSON.stringify(path)}`),
    ...reads.files.map(({ path, sha256 }) => `file ${sha256} ${JSON.stringify(path)}`),
    ...reads.kinds.map(({ path, kind }) => `kind ${kind} ${JSON.stringify(path)}`),
    ...reads.links.map(
      ({ path, target }) => `link ${JSON.stringify(path)} ${JSON.stringify(target)}`,
    ),
    ...reads.listings.map(({ path, sha256 }) => `listing ${sha256} ${JSON.stringify(path)}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function listingDigest(listed: readonly Listed[]): string {
  return sha256Of(listed.map(({ kind, name }) => `${kind} ${JSON.stringify(name)}\n`).join(''))
}

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].toSorted(([left], [right]) => compareBytes(left, right))
}

// What throws now did not throw when it was recorded: that is a difference too.
function safely<Value>(ask: () => Value): Value | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
