import {
  buildKustomization,
  type BuiltObject,
  type ChartRenderer,
  ParseCache,
} from '@tidemark/kustomize'
import { mergeReads, type Reads, RecordingTree, type SourceTree } from '@tidemark/source-tree'
import type { FluxSpec } from './merge-spec.ts'
import { decryptionOf, decryptObjects } from './decrypt-objects.ts'
import { DecryptingTree, type DataKeys, type OnSecret } from './decrypting-tree.ts'
import { prepareKustomization } from './prepare-kustomization.ts'
import { substituteObjects } from './substitute-objects.ts'

export interface FluxBuild {
  readonly tree: SourceTree
  /** `spec.path`, from the root of the tree. */
  readonly path: string
  /** The spec of the Flux Kustomization. */
  readonly spec: FluxSpec
  /** What the objects of `spec.postBuild.substituteFrom` hold, in their order. */
  readonly substituteFrom?: readonly ReadonlyMap<string, string>[]
  /** Whether a variable without a value and without a default is an error, as since kustomize-controller 1.9; it is by default. */
  readonly unset?: 'error' | 'empty'
  /** Of the files that SOPS encrypted, where the spec says that they are to be decrypted. */
  readonly dataKeys?: DataKeys
  /** Whether what is encrypted may stay so, where somebody only looks; it is refused by default. */
  readonly encrypted?: 'refused' | 'left'
  /** Told of each value that was decrypted, so that no message shows it. */
  readonly onSecret?: OnSecret
  readonly cache?: ParseCache
  readonly charts?: ChartRenderer
}

export interface FluxBuildResult {
  readonly objects: readonly BuiltObject[]
  /** The documents, separated by `---`. */
  readonly yaml: string
  readonly warnings: readonly string[]
  readonly reads: Reads
}

/**
 * Builds what a Flux Kustomization delivers, as kustomize-controller 1.10 does: a missing kustomization.yaml is made, the spec
 * is merged in, files may come from anywhere in the source, built-in schemas stay beside those of `openapi`, the order is that
 * of the files, and variables are put in at last. @throws KustomizeError, EnvsubstError
 */
export function buildFluxKustomization(build: FluxBuild): FluxBuildResult {
  const { path, spec, charts, dataKeys = new Map() } = build
  const isLeft = build.encrypted === 'left'
  const isDecrypted = !isLeft && decryptionOf(spec) !== undefined
  const tree = isDecrypted ? new DecryptingTree(build.tree, dataKeys, build.onSecret) : build.tree
  // What was made of a file in clear is for no other application.
  const cache = isDecrypted ? new ParseCache() : build.cache
  const recorder = new RecordingTree(tree)
  const kustomization = prepareKustomization(recorder, path, spec)
  const built = buildKustomization({
    tree,
    path,
    kustomization,
    loadRestriction: 'none',
    reorder: 'none',
    builtinSchemas: 'added',
    ...(cache === undefined ? {} : { cache }),
    ...(charts === undefined ? {} : { charts }),
  })
  const decrypted = isLeft ? built.objects : decryptObjects(built.objects, build)
  const objects = substituteObjects(decrypted, build)
  return {
    objects,
    yaml: objects.map(({ yaml }) => yaml).join('---\n'),
    warnings: built.warnings,
    reads: mergeReads(recorder.reads(), built.reads),
  }
}
