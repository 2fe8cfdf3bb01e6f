import { sha256Of, type SourceTree } from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'
import type { ChartRenderer } from '../generators/chart-renderer.ts'
import type { Node } from '../node/node.ts'
import { refuseTransformed } from '../limits.ts'
import { Scopes } from '../schema/scopes.ts'
import { Resource } from '../resource.ts'
import type { Loader } from './loader.ts'
import type { ParseCache } from './parse-cache.ts'
import { readObjects } from './read-resources.ts'

/** What all kustomizations of one build share. */
export class Build {
  /** The files themselves; reading from here is not recorded. */
  readonly source: SourceTree
  readonly scopes: Scopes = new Scopes()
  readonly charts: ChartRenderer | undefined
  readonly cache: ParseCache
  readonly #warnings: string[] = []
  #transformed = 0

  constructor(
    source: SourceTree,
    tools: { readonly cache: ParseCache; readonly charts?: ChartRenderer | undefined },
  ) {
    this.source = source
    this.cache = tools.cache
    this.charts = tools.charts
  }

  /** What upstream writes on its error stream. */
  get warnings(): readonly string[] {
    return this.#warnings
  }

  warn(message: string): void {
    this.#warnings.push(message)
  }

  /** Counts what transformers look at. @throws KustomizeError KUSTOMIZE_LIMIT */
  transform(objects: number): void {
    this.#transformed += objects
    refuseTransformed(this.#transformed)
  }

  /** The objects of a file. @throws KustomizeError that names the file */
  readFile(loader: Loader, path: string): readonly Node[] {
    const { sha256, bytes } = loader.digest(path)
    try {
      return this.cache.get(`objects ${sha256}`, bytes, () => readObjects(loader.load(path)))
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error
      const isMalformed = error.upstream.includes('MalformedYAMLError')
      const words = isMalformed ? `${error.upstream} in File: ${path}` : error.upstream
      throw new KustomizeError(error.code, words, {
        hint: [error.hint, `in ${loader.locate(path)}`].filter((part) => part !== '').join(', '),
        cause: error.cause,
      })
    }
  }

  /** The objects of a text: a patch or a plugin's configuration written in place. */
  readPatch(text: string): readonly Resource[] {
    return this.readPatchNodes(text).map((node) => new Resource(node, this.scopes, { path: '' }))
  }

  readPatchNodes(text: string): readonly Node[] {
    return this.remember('objects', text, () => readObjects(text))
  }

  /** Makes something of a text once for all builds that share the cache; `what` names the thing that is made. */
  remember<Value>(what: string, source: Uint8Array | string, make: () => Value): Value {
    return this.cache.get(`${what} ${sha256Of(source)}`, source.length, make)
  }

  /** The same of a file, which is read only where nothing was made of it before. */
  rememberFile<Value>(
    what: string,
    { loader, path }: { readonly loader: Loader; readonly path: string },
    make: (source: Uint8Array) => Value,
  ): Value {
    const { sha256, bytes } = loader.digest(path)
    return this.cache.get(`${what} ${sha256}`, bytes, () => make(loader.load(path)))
  }
}
