import {
  buildKustomization,
  type BuiltObject,
  type ChartRenderer,
  type ParseCache,
} from '@tidemark/kustomize'
import { mergeReads, type Reads, RecordingTree, type SourceTree } from '@tidemark/source-tree'
import type { FluxSpec } from './merge-spec.ts'
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
  const { path, spec, cache, charts } = build
  const recorder = new RecordingTree(build.tree)
  const kustomization = prepareKustomization(recorder, path, spec)
  const built = buildKustomization({
    tree: build.tree,
    path,
    kustomization,
    loadRestriction: 'none',
    reorder: 'none',
    builtinSchemas: 'added',
    ...(cache === undefined ? {} : { cache }),
    ...(charts === undefined ? {} : { charts }),
  })
  const objects = substituteObjects(built.objects, build)
  return {
    objects,
    yaml: objects.map(({ yaml }) => yaml).join('---\n'),
    warnings: built.warnings,
    reads: mergeReads(recorder.reads(), built.reads),
  }
}
