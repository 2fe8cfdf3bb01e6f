import { readSops, SopsError, type KeySet, type SopsFile } from '@tidemark/sops'
import {
  folderOf,
  joinPath,
  type IndexEntry,
  type Listed,
  type OnLink,
  type SourceTree,
  type Stat,
} from '@tidemark/source-tree'
import { RenderRefused } from '../render-refused.ts'

/** Data keys of encrypted files by the id of their set, or why one cannot be had. */
export type DataKeys = ReadonlyMap<string, Uint8Array | { readonly refused: string }>

/** Told of each value that was decrypted. */
export type OnSecret = (value: string) => void

/** Not an answer: files are encrypted, and whoever has the private keys has to open these first. Then it begins again. */
export class DataKeysMissing extends Error {
  readonly sets: readonly KeySet[]

  constructor(sets: readonly KeySet[]) {
    super('data keys of encrypted files are not here yet')
    this.sets = sets
  }
}

/**
 * A tree whose files that SOPS encrypted are read in clear. What a file is known by (`sha256`) stays that of the file as it is
 * in the source.
 */
export class DecryptingTree implements SourceTree {
  readonly #tree: SourceTree
  readonly #keys: DataKeys
  readonly #onSecret: OnSecret
  readonly #clear = new Map<string, Uint8Array>()

  constructor(tree: SourceTree, keys: DataKeys, onSecret: OnSecret = () => undefined) {
    this.#tree = tree
    this.#keys = keys
    this.#onSecret = onSecret
  }

  stat(path: string, onLink?: OnLink): Stat | undefined {
    return this.#tree.stat(path, onLink)
  }

  read(path: string): Uint8Array {
    const known = this.#clear.get(path)
    if (known !== undefined) return known
    const bytes = this.#tree.read(path)
    const file = sopsFile(path, bytes)
    const clear =
      file === undefined
        ? bytes
        : decryptFile(path, file, {
            keys: this.#keys,
            onSecret: this.#onSecret,
            besides: () => this.#besides(folderOf(path)),
          })
    this.#clear.set(path, clear)
    return clear
  }

  sha256(path: string): string {
    return this.#tree.sha256(path)
  }

  list(path: string): readonly Listed[] {
    return this.#tree.list(path)
  }

  entries(): Iterable<IndexEntry> {
    return this.#tree.entries()
  }

  readLink(path: string): string | undefined {
    return this.#tree.readLink(path)
  }

  /** A build that wants one file of a folder mostly wants the others too. */
  #besides(folder: string): readonly KeySet[] {
    const files = this.#tree.list(folder).filter(({ kind }) => kind === 'file')
    return files.flatMap(({ name }) => {
      const path = joinPath(folder, name)
      return sopsFile(path, this.#tree.read(path))?.sets ?? []
    })
  }
}

interface Decryption {
  readonly keys: DataKeys
  readonly onSecret: OnSecret
  /** What else will be wanted. */
  readonly besides?: () => readonly KeySet[]
}

/** A file in clear. @throws DataKeysMissing, RenderRefused */
export function decryptFile(
  file: string,
  encrypted: SopsFile,
  { keys, onSecret, besides = () => [] }: Decryption,
): Uint8Array {
  const missing = encrypted.sets.filter(({ id }) => !keys.has(id))
  if (missing.length > 0) {
    const all = [...missing, ...besides()].filter(({ id }) => !keys.has(id))
    throw new DataKeysMissing([...new Map(all.map((set) => [set.id, set])).values()])
  }
  const given = encrypted.sets.map(({ id }) => {
    const key = keys.get(id)
    if (key instanceof Uint8Array) return key
    throw refused(file, 'SOPS_KEY', key?.refused ?? 'its data key is not known')
  })
  try {
    return encrypted.decrypt(given, onSecret)
  } catch (error) {
    throw refusal(file, error)
  }
}

/** What SOPS made of a file; `undefined` where it did not encrypt it. @throws RenderRefused */
export function sopsFile(file: string, bytes: Uint8Array): SopsFile | undefined {
  try {
    return readSops(file, bytes)
  } catch (error) {
    throw refusal(file, error)
  }
}

function refusal(file: string, error: unknown): unknown {
  return error instanceof SopsError ? refused(file, error.code, error.message, error) : error
}

function refused(file: string, code: string, message: string, cause?: unknown): RenderRefused {
  const text = `${file}: cannot be decrypted: ${message}`
  return new RenderRefused(code, text, { file, ...(cause === undefined ? {} : { cause }) })
}
