import { posix } from 'node:path'
import { EnvsubstError } from '@tidemark/envsubst'
import { KustomizeError, ParseCache } from '@tidemark/kustomize'
import {
  field,
  isJsonObject,
  jsonFromYaml,
  parseJson,
  type Json,
  type JsonObject,
} from '@tidemark/manifests'
import type { Reads, SourceTree } from '@tidemark/source-tree'
import { YamlError } from '@tidemark/yaml'
import { buildFluxKustomization, type FluxBuild } from './kustomization/build-flux-kustomization.ts'
import { describeProblems } from './flux-object.ts'
import { readKustomization, type KustomizationModel } from './kustomization.ts'
import { substituteValues } from './kustomization/substitute-references.ts'
import { ORIGIN_ANNOTATION } from './origin.ts'
import type { FluxInput } from './reference.ts'
import { RenderRefused } from './render-refused.ts'
import { roleOf } from './roles.ts'

const cache = new ParseCache()

/** What is not in the files. */
export interface Given extends Pick<FluxBuild, 'charts' | 'dataKeys' | 'onSecret'> {
  /** Of the cluster; what `substituteFrom` names goes over them. */
  readonly variables?: ReadonlyMap<string, string>
  /** What the references of the object hold, as far as they are there. */
  readonly inputs?: readonly FluxInput[]
}

export interface RenderedKustomization {
  readonly objects: readonly JsonObject[]
  readonly warnings: readonly string[]
  /** All that the result depends on. */
  readonly reads: Reads
}

/**
 * What a Flux Kustomization delivers from the files of its source, with Flux's steps around the build and the
 * labels that say whose the objects are. A pure function of files, object and what is given. Throws RenderRefused.
 */
export function renderKustomization(
  tree: SourceTree,
  object: unknown,
  given: Given = {},
): RenderedKustomization {
  const read = readKustomization(object)
  if (read.kind === 'refused')
    throw new RenderRefused('INVALID_OBJECT', describeProblems('Kustomization', read.problems))
  const { model } = read
  try {
    const { path, spec } = model
    const { variables, inputs = [], ...others } = given
    const substituteFrom = [
      variables ?? new Map<string, string>(),
      ...substituteValues(model, inputs),
    ]
    const built = buildFluxKustomization({ tree, path, spec, cache, substituteFrom, ...others })
    const objects = built.objects.flatMap(({ value, origin }) => {
      const item = jsonFromYaml(value)
      return isJsonObject(item) ? [own(item, model, origin.path)] : []
    })
    return { objects, warnings: built.warnings, reads: built.reads }
  } catch (error) {
    if (error instanceof KustomizeError) throw refusedBuild(error, tree, model.path)
    if (error instanceof EnvsubstError)
      throw new RenderRefused(error.code, `spec.postBuild: ${error.message}`, { cause: error })
    throw error
  }
}

/** kustomize names the file in its words; the line is that of the YAML error below. */
function refusedBuild(error: KustomizeError, tree: SourceTree, path: string): RenderRefused {
  const [, named] = FILE.exec(error.message) ?? LISTED_IN.exec(error.message) ?? []
  const file = named === undefined ? undefined : fromRoot(named, tree, path)
  const line = lineOf(error)
  const place = file === undefined || line === 0 ? '' : `${file}:${line}: `
  return new RenderRefused(error.code, `${place}${error.message}`, {
    file: file ?? '',
    line,
    cause: error,
  })
}

/** A file that is named from the folder that is built, as kustomize does, by its path in the repository. */
function fromRoot(file: string, tree: SourceTree, path: string): string {
  const whole = posix.join(path, file)
  if (file.startsWith('/') || whole.startsWith('..')) return file
  return tree.stat(whole)?.kind === 'file' ? whole : file
}

const FILE = /\b(?:in|from) (?:file )?'?([^\s',;:]+\.ya?ml|[^\s',;:]*Kustomization)'?/iu
/** Our own words at the end: the kustomization that lists what cannot be used. */
const LISTED_IN = /(?:\(|see )([^\s',;:()]+), \w+\[\d+\]/u

function lineOf(error: unknown): number {
  if (error instanceof YamlError) return error.line ?? 0
  return error instanceof Error && error.cause !== undefined ? lineOf(error.cause) : 0
}

/** Labels of the owner on what goes to the cluster; commonMetadata over all (kustomize-controller 1.9.4). */
function own(
  object: JsonObject,
  { name, namespace, spec }: KustomizationModel,
  file: string,
): JsonObject {
  const common = parseJson(JSON.stringify(spec['commonMetadata'] ?? {}))
  const role = roleOf(object)
  const owner =
    role === 'applied'
      ? {
          'kustomize.toolkit.fluxcd.io/name': name,
          'kustomize.toolkit.fluxcd.io/namespace': namespace,
        }
      : {}
  // What is interpreted never reaches a cluster; messages about it name its file.
  const origin = role === 'interpreted' && file !== '' ? { [ORIGIN_ANNOTATION]: file } : {}
  const metadata = objectAt(object, 'metadata')
  const labels = { ...objectAt(metadata, 'labels'), ...objectAt(common, 'labels'), ...owner }
  const annotations = {
    ...objectAt(metadata, 'annotations'),
    ...objectAt(common, 'annotations'),
    ...origin,
  }
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  }
}

function objectAt(value: Json | undefined, key: string): JsonObject {
  const found = value === undefined ? undefined : field(value, key)
  return isJsonObject(found) ? found : {}
}
