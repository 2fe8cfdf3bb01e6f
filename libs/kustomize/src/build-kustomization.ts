import { type Reads, RecordingTree, type SourceTree } from '@tidemark/source-tree'
import { isYamlMap, type YamlMap } from '@tidemark/yaml'
import type { ChartRenderer } from './generators/chart-renderer.ts'
import { addHashes } from './generators/hash.ts'
import type { Kustomization } from './kustomization/model.ts'
import { refuseOutput } from './limits.ts'
import { EMPTY_MAPPING } from './node/node.ts'
import { nodeToValue } from './node/to-value.ts'
import { finish, type Reorder } from './output/finish.ts'
import { printObject } from './output/print-object.ts'
import { fixReferences } from './references/fix-references.ts'
import type { Layer, Origin, Resource } from './resource.ts'
import type { Accumulator } from './target/accumulator.ts'
import { accumulate, accumulateResources } from './target/accumulate.ts'
import { Build } from './target/build.ts'
import { Entered } from './target/entered.ts'
import {
  chooseSchema,
  type GivenKustomization,
  givenTarget,
  loadTarget,
} from './target/load-target.ts'
import { Loader, type LoadRestriction } from './target/loader.ts'
import { NO_ORIGIN } from './target/origin-notes.ts'
import { ParseCache } from './target/parse-cache.ts'
import { expandVars } from './vars/expand-vars.ts'

export interface BuildOptions {
  readonly tree: SourceTree
  /** The folder of the kustomization, from the root of the tree; `''` is the root. */
  readonly path: string
  /** `rootOnly` (the default, as the command line has it), or `none`, as Flux builds: files from anywhere in the tree. */
  readonly loadRestriction?: LoadRestriction
  /** `--reorder` of the command line; `unspecified` by default. */
  readonly reorder?: Reorder
  readonly addManagedByLabel?: boolean
  /** Built in place of the kustomization file of the folder, which is then not read. */
  readonly kustomization?: GivenKustomization
  /** `added` keeps the built-in schemas beside those of `openapi.path`, as Flux does; `replaced` is the command line. */
  readonly builtinSchemas?: 'replaced' | 'added'
  /** Renders `helmCharts`; without it they are refused. */
  readonly charts?: ChartRenderer
  /** What earlier builds have parsed; share one between builds of one tenant. */
  readonly cache?: ParseCache
}

/** An object that a build made. */
export interface BuiltObject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  /** As kustomize prints it. */
  readonly yaml: string
  /** Where it was first written down. */
  readonly origin: Origin
  /** What changed it, in the order in which it did. */
  readonly layers: readonly Layer[]
  /** Its content. Worked out when asked for. */
  readonly value: YamlMap
}

export interface BuildResult {
  readonly objects: readonly BuiltObject[]
  /** What `kustomize build` prints. */
  readonly yaml: string
  /** What `kustomize build` writes on its error stream. */
  readonly warnings: readonly string[]
  /** All that the result depends on. */
  readonly reads: Reads
}

/**
 * Builds a kustomization as `kustomize build` 5.8.2 does, byte for byte, without plugins and without network. A pure
 * function of the files of the tree. @throws KustomizeError when the files say something that cannot be built
 */
export function buildKustomization(options: BuildOptions): BuildResult {
  const recorder = new RecordingTree(options.tree)
  const cache = options.cache ?? new ParseCache()
  const build = new Build(options.tree, { cache, charts: options.charts })
  const loader = Loader.at(recorder, options.path, options.loadRestriction ?? 'rootOnly')
  if (options.builtinSchemas === 'added') build.scopes.needBuiltin()
  const given = options.kustomization
  const target = given === undefined ? loadTarget(build, loader) : givenTarget(build, loader, given)
  const { kustomization } = target
  chooseSchema(target)
  const wantsOrigins = (kustomization.buildMetadata ?? []).length > 0
  const origin = wantsOrigins ? NO_ORIGIN : undefined
  const all = accumulate({
    target,
    origin,
    helmNamespace: '',
    depth: 0,
    entered: new Entered(),
    gather: accumulateResources,
  })
  resolveNames(build, all)
  const objects = output(all, kustomization, options)
  return {
    objects,
    yaml: objects.map(({ yaml }) => yaml).join('---\n'),
    warnings: build.warnings,
    reads: recorder.reads(),
  }
}

/** What can only be done when everything is there: hashes, the names that objects call one another, vars. */
function resolveNames(build: Build, all: Accumulator): void {
  addHashes(all.set.resources)
  fixReferences(all.set, all.config.nameReference)
  const unused = expandVars(all.set, all.vars.all, all.config.varReference)
  if (unused.length > 0)
    build.warn(`well-defined vars that were never replaced: ${unused.join(',')}`)
}

function output(
  all: Accumulator,
  kustomization: Kustomization,
  options: BuildOptions,
): readonly BuiltObject[] {
  const { reorder = 'unspecified', addManagedByLabel = false } = options
  let length = 0
  return finish(all.set.resources, kustomization, { reorder, addManagedByLabel }).map((each) => {
    const object = toObject(each)
    length += object.yaml.length
    refuseOutput(length)
    return object
  })
}

function toObject(resource: Resource): BuiltObject {
  const { apiVersion, kind, name, namespace, origin, layers } = resource
  const node = resource.node ?? EMPTY_MAPPING
  return {
    apiVersion,
    kind,
    name,
    namespace,
    yaml: printObject(node),
    origin,
    layers,
    get value() {
      const value = nodeToValue(node)
      return isYamlMap(value) ? value : new Map()
    },
  }
}
