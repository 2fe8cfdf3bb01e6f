import {
  type GivenKustomization,
  KUSTOMIZATION_FILE_NAMES,
  KustomizeError,
  readLeniently,
} from '@tidemark/kustomize'
import { joinPath, SourceError, type SourceTree } from '@tidemark/source-tree'
import { generateKustomization } from './generate-kustomization.ts'
import { componentsOf, type FluxSpec, mergeSpec } from './merge-spec.ts'

/**
 * What Flux builds for a folder: its kustomization, or one made for it, with the fields of the spec merged in.
 * @throws KustomizeError where the folder, a manifest in it or a component is not as it must be
 */
export function prepareKustomization(
  tree: SourceTree,
  path: string,
  spec: FluxSpec,
): GivenKustomization {
  const { fileName, fields } = readOrGenerate(tree, path)
  const components = usableComponents(tree, path, spec)
  return { fileName, fields: mergeSpec(fields, spec, components) }
}

function readOrGenerate(tree: SourceTree, path: string): GivenKustomization {
  if (tree.stat(path)?.kind !== 'folder')
    throw new KustomizeError('KUSTOMIZE_MISSING', `kustomization path not found: "${path}"`, {
      hint: 'correct spec.path, or push the folder',
    })
  const [fileName = 'kustomization.yaml', ...rest] = [...KUSTOMIZATION_FILE_NAMES].filter(
    (name) => tree.stat(joinPath(path, name))?.kind === 'file',
  )
  const found = tree.stat(joinPath(path, fileName))
  if (found?.kind !== 'file') return { fileName, fields: generateKustomization(tree, path) }
  if (rest.length > 0)
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      `Found multiple kustomization files under: /${path}\n`,
      {
        hint: `keep one of ${[fileName, ...rest].join(', ')}`,
      },
    )
  const fields = readFields(tree, found.path)
  // Flux: without this, a kustomization without resources would count as empty.
  const isBare = (fields.resources ?? []).length === 0
  return {
    fileName,
    fields: isBare ? { ...fields, buildMetadata: ['originAnnotations'] } : fields,
  }
}

/**
 * A field that nobody knows is refused. Flux passes over it, and prunes what a misspelt `resources` no longer lists; kustomize refuses
 * it, also in every base.
 */
function readFields(tree: SourceTree, path: string): GivenKustomization['fields'] {
  try {
    return readLeniently(tree.read(path))
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    const hint = error.hint === '' ? `in ${path}` : `${error.hint} (in ${path})`
    throw new KustomizeError(error.code, error.upstream, { hint, cause: error.cause })
  }
}

/** The components of the spec; those that are not there are left out where the spec says so. */
function usableComponents(tree: SourceTree, path: string, spec: FluxSpec): readonly string[] {
  return componentsOf(spec).filter((component) => {
    if (!isLocal(component))
      throw new KustomizeError(
        'KUSTOMIZE_REMOTE',
        `component path '${component}' must be local and relative`,
        {
          hint: 'copy the component into the source',
        },
      )
    return spec['ignoreMissingComponents'] !== true || exists(tree, path, component)
  })
}

const REMOTE = /^(?:git::|gh:|ssh:\/\/|https?:\/\/|git@|github\.com[:/]).|^(?:file:\/\/)?\//i

function isLocal(path: string): boolean {
  return !REMOTE.test(path)
}

function exists(tree: SourceTree, folder: string, path: string): boolean {
  try {
    return tree.stat(joinPath(folder, path)) !== undefined
  } catch (error) {
    if (error instanceof SourceError) return false
    throw error
  }
}
