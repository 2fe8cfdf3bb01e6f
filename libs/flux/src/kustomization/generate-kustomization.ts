import {
  checkObjects,
  type Kustomization,
  KUSTOMIZATION_FILE_NAMES,
  KustomizeError,
  NO_FIELDS,
} from '@tidemark/kustomize'
import { joinPath, type SourceTree } from '@tidemark/source-tree'

// Folders within folders that are looked through; deeper ones are more likely a mistake.
const DEPTH_MAX = 64
// Far more than any repository that we met; the list is one kustomization's.
const RESOURCES_MAX = 10_000

/**
 * The kustomization of a folder that has none, as fluxcd/pkg/kustomize v1.39 makes it: all `.yaml` and `.yml` files below,
 * by name; a folder with a kustomization of its own is one entry and is not looked into. @throws KustomizeError for a
 * file that does not hold Kubernetes objects
 */
export function generateKustomization(tree: SourceTree, path: string): Kustomization {
  const resources: string[] = []
  collect({ tree, root: path, resources }, '', 0)
  // An empty list would be no kustomization at all; Flux sets a namespace that nothing gets.
  if (resources.length === 0) return { ...NO_FIELDS, namespace: '_placeholder' }
  return { ...NO_FIELDS, resources }
}

interface Scan {
  readonly tree: SourceTree
  readonly root: string
  readonly resources: string[]
}

function collect(scan: Scan, folder: string, depth: number): void {
  if (depth > DEPTH_MAX)
    throw new KustomizeError(
      'KUSTOMIZE_LIMIT',
      `folders nested more than ${DEPTH_MAX} deep at "${folder}"`,
      {
        hint: 'add a kustomization.yaml further up',
      },
    )
  for (const { name, kind } of scan.tree.list(joinPath(scan.root, folder))) {
    const below = folder === '' ? name : `${folder}/${name}`
    if (kind !== 'folder') addFile(scan, below)
    else if (hasKustomization(scan, below)) add(scan, below)
    else collect(scan, below, depth + 1)
  }
}

/** Whether a folder is a kustomization of its own. */
function hasKustomization({ tree, root }: Scan, folder: string): boolean {
  return KUSTOMIZATION_FILE_NAMES.some(
    (name) => tree.stat(joinPath(root, `${folder}/${name}`))?.kind === 'file',
  )
}

function addFile(scan: Scan, file: string): void {
  if (!/\.ya?ml$/.test(file)) return
  const path = joinPath(scan.root, file)
  try {
    checkObjects(scan.tree.read(path))
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    throw new KustomizeError(
      error.code,
      `failed to decode Kubernetes YAML from ${path}: ${error.upstream}`,
      {
        hint: [error.hint, 'or list the file in .sourceignore']
          .filter((part) => part !== '')
          .join('; '),
        cause: error,
      },
    )
  }
  add(scan, file)
}

function add({ resources, root }: Scan, entry: string): void {
  resources.push(`./${entry}`)
  if (resources.length > RESOURCES_MAX)
    throw new KustomizeError(
      'KUSTOMIZE_LIMIT',
      `more than ${RESOURCES_MAX} manifests below "${root}"`,
      {
        hint: 'add a kustomization.yaml to some of the folders',
      },
    )
}
