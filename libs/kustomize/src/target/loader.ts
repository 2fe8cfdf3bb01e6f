import {
  folderOf,
  joinPath,
  type RecordingTree,
  SourceError,
  type SourceTree,
} from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'

/** Whether files may lie beside the kustomization that names them (`none`, as Flux builds) or only below it. */
export type LoadRestriction = 'rootOnly' | 'none'

const DECLARE_SOURCE =
  'nothing is fetched while rendering: declare a GitRepository, OCIRepository or Bucket for it, or copy the files into this source'

/** What is known of a file without its content. */
export interface Digest {
  readonly sha256: string
  readonly bytes: number
}

/**
 * Reads files for one kustomization. Its root is the folder of the kustomization; what it names is relative to that.
 * Links are followed before any rule is checked.
 */
export class Loader {
  readonly tree: RecordingTree
  /** From the root of the tree, after links. */
  readonly root: string
  readonly #restriction: LoadRestriction
  readonly #referrer: Loader | undefined

  private constructor(
    tree: RecordingTree,
    root: string,
    rules: { readonly restriction: LoadRestriction; readonly referrer?: Loader },
  ) {
    this.tree = tree
    this.root = root
    this.#restriction = rules.restriction
    this.#referrer = rules.referrer
  }

  /** A loader for the folder that is built. */
  static at(tree: RecordingTree, path: string, restriction: LoadRestriction): Loader {
    return new Loader(tree, confirmFolder(tree, '', path), { restriction })
  }

  /** A loader for a base or component. @throws KustomizeError: not a folder, not in the source, remote, or a cycle */
  enter(path: string): Loader {
    if (path === '')
      throw new KustomizeError('KUSTOMIZE_FILE', 'new root cannot be empty', {
        hint: 'take the empty entry out of the list',
      })
    if (isRemote(path)) throw remote(path)
    if (path.startsWith('/'))
      throw new KustomizeError('SOURCE_ESCAPE', `new root '${path}' cannot be absolute`, {
        hint: 'use a path relative to the kustomization',
      })
    if (isAmbiguous(path))
      throw new KustomizeError(
        'KUSTOMIZE_FILE',
        `path ${JSON.stringify(path)} is ambiguous: resolves to ${JSON.stringify(cleaned(path))} after normalization, which is likely not the intended target; check for YAML indentation errors in your kustomization file`,
      )
    const root = confirmFolder(this.tree, this.root, path)
    this.#refuseCycle(root)
    return new Loader(this.tree, root, { restriction: this.#restriction, referrer: this })
  }

  /** The same loader, reading through another view of the tree. */
  over(tree: RecordingTree): Loader {
    const referrer = this.#referrer
    const restriction = this.#restriction
    return new Loader(
      tree,
      this.root,
      referrer === undefined ? { restriction } : { restriction, referrer },
    )
  }

  /** Whether a folder could not be entered from here, since it holds a kustomization that led here. */
  isCycle(root: string): boolean {
    return this.#ancestry().some((each) => isBelow(each, root))
  }

  get restriction(): LoadRestriction {
    return this.#restriction
  }

  /** What lies at a path, if anything. Does not throw for paths that lead out of the tree. */
  kindOf(path: string): 'file' | 'folder' | undefined {
    try {
      return this.tree.stat(joinPath(this.root, path))?.kind
    } catch (error) {
      if (error instanceof SourceError) return undefined
      throw error
    }
  }

  /** Where a file that the kustomization names lies, from the root of the tree, links not followed. */
  locate(path: string): string {
    return located(this.root, path)
  }

  /** The bytes of a file that the kustomization names. */
  load(path: string): Uint8Array {
    return this.tree.read(this.#resolve(path))
  }

  /** Whether there is something at a path. */
  exists(path: string): boolean {
    return asKustomize(() => this.tree.stat(this.locate(path))) !== undefined
  }

  /** The digest and the size of a file, for caches. */
  digest(path: string): Digest {
    const at = this.#resolve(path)
    return asKustomize(() => {
      const stat = this.tree.stat(at)
      return { sha256: this.tree.sha256(at), bytes: stat?.kind === 'file' ? stat.size : 0 }
    })
  }

  #resolve(path: string): string {
    if (/^https?:\/\//i.test(path)) throw remote(path)
    const at = located(this.root, path)
    const stat = asKustomize(() => this.tree.stat(at))
    if (stat === undefined)
      throw new KustomizeError('KUSTOMIZE_MISSING', `'/${at}' doesn't exist`, {
        hint: `add the file, or take ${JSON.stringify(path)} out of the kustomization in "${this.root}"`,
      })
    if (stat.kind === 'folder')
      throw new KustomizeError('KUSTOMIZE_FILE', `'/${at}' must resolve to a file`)
    if (this.#restriction === 'rootOnly' && !isBelow(folderOf(stat.path), this.root))
      throw new KustomizeError(
        'KUSTOMIZE_ROOT',
        `security; file '/${at}' is not in or below '/${this.root}'`,
        { hint: 'move the file below the kustomization, or make a base of its folder' },
      )
    // Too large, or not readable, is said here, under a code that the caller knows.
    asKustomize(() => this.tree.sha256(stat.path))
    return stat.path
  }

  #refuseCycle(root: string): void {
    const visited = this.#ancestry()
    const inside = visited.find((each) => isBelow(each, root))
    if (inside === undefined) return
    const chain = [...visited.toReversed(), root].map((each) => `/${each}`).join(' → ')
    throw new KustomizeError(
      'KUSTOMIZE_CYCLE',
      `cycle detected: candidate root '/${root}' contains visited root '/${inside}'`,
      { hint: `${chain}: a kustomization cannot build on itself or on a folder above it` },
    )
  }

  /** Its own root, then those of the loaders that led here. */
  #ancestry(): readonly string[] {
    const referrer = this.#referrer
    return [this.root, ...(referrer === undefined ? [] : referrer.#ancestry())]
  }
}

/** Whether a path is one that kustomize would clone. */
function isRemote(path: string): boolean {
  return /^(?:git::)?(?:(?:ssh|https?|file):\/\/|[a-z][a-z0-9-]*@[^/]*[:/]|github\.com[/:])/i.test(
    path,
  )
}

function remote(path: string): KustomizeError {
  return new KustomizeError(
    'KUSTOMIZE_REMOTE',
    `remote path ${JSON.stringify(path)} is not allowed`,
    {
      hint: DECLARE_SOURCE,
    },
  )
}

function confirmFolder(tree: SourceTree, from: string, path: string): string {
  const at = located(from, path)
  const stat = asKustomize(() => tree.stat(at))
  if (stat === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_MISSING',
      `must build at directory: not a valid directory: '/${at}' doesn't exist`,
      { hint: 'add it, or correct the path' },
    )
  if (stat.kind === 'file')
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      `must build at directory: '/${at}': file is not directory`,
    )
  return stat.path
}

function located(from: string, path: string): string {
  return asKustomize(() => joinPath(from, path))
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

// `base - ..` is what two list entries become when the second is indented.
function isAmbiguous(path: string): boolean {
  return path.split('/').some((part) => part !== '..' && part.includes('..'))
}

function cleaned(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/') || '.'
}

/** A refusal of the tree in our own terms. */
function asKustomize<Result>(ask: () => Result): Result {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const words = error.message.slice(error.code.length + 2)
    switch (error.code) {
      case 'SOURCE_ESCAPE':
      case 'SOURCE_LINK_LOOP':
      case 'SOURCE_FILE_SIZE':
        throw new KustomizeError(error.code, words, { cause: error })
      default:
        throw new KustomizeError('KUSTOMIZE_MISSING', words, { cause: error })
    }
  }
}
