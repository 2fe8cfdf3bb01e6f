import { FetchRefused } from '@tidemark/oci'
import {
  folderOf,
  folderTree,
  joinPath,
  memoryTree,
  nameOf,
  readArchive,
  type SourceTree,
} from '@tidemark/source-tree'
import { isYamlMap, parseYaml, YamlError, type YamlMap } from '@tidemark/yaml'

/** What Helm allows a chart to have, unpacked, and room for the headers. */
const ARCHIVE_BYTES_MAX = 110 * 1024 * 1024
const FILES_MAX = 10_000 // Thirty times what the largest chart that we know has.
const DEPTH_MAX = 64 // Folders within folders; links could make them endless.

/** A chart as it was published. */
export interface OpenedChart {
  readonly name: string
  readonly version: string
  /** Its files, with `Chart.yaml` at the root. */
  readonly tree: SourceTree
  /** Where `valuesFiles` are looked for: of a package its files, else the source that the chart is in. */
  readonly valuesIn: SourceTree
}

/** A packaged chart: links, devices, `..` and bombs are refused by what is really there. */
export function chartInArchive(bytes: Uint8Array): OpenedChart {
  const archive = readArchive(bytes, {
    links: 'refuse',
    bytesMax: ARCHIVE_BYTES_MAX,
    entriesMax: FILES_MAX,
  })
  const files: (readonly [string, Uint8Array])[] = []
  for (const { path } of archive.entries()) {
    const inner = path.split('/').slice(1).join('/')
    if (inner === '')
      throw new FetchRefused(
        'SOURCE_CHART',
        `the package has ${JSON.stringify(path)} outside of its folder; make it with helm package`,
      )
    // It was followed when the chart was packaged.
    if (inner !== '.helmignore') files.push([inner, archive.read(path)])
  }
  const tree = memoryTree(files)
  return { ...metadataOf(tree, 'the package'), tree, valuesIn: tree }
}

/** A chart at a path of a source: a folder, whose links are followed within the source, or a package. */
export function chartInTree(source: SourceTree, path: string): OpenedChart {
  const at = joinPath('', path)
  const stat = source.stat(at)
  if (stat === undefined)
    throw new FetchRefused(
      'SOURCE_CHART',
      `the source has nothing at ${JSON.stringify(path)}; correct spec.chart`,
    )
  if (stat.kind === 'file') return { ...chartInArchive(source.read(at)), valuesIn: source }
  const files = [...filesIn(source, at), ...localDependencies(source, at)]
  const tree = memoryTree(files)
  return { ...metadataOf(tree, `the folder ${JSON.stringify(path)}`), tree, valuesIn: source }
}

type NamedFile = readonly [path: string, bytes: Uint8Array]

function filesIn(source: SourceTree, folder: string): readonly NamedFile[] {
  const outer = folderTree(source, folder)
  const files: NamedFile[] = []
  const walk = (at: string, depth: number): void => {
    if (depth > DEPTH_MAX)
      throw new FetchRefused(
        'SOURCE_CHART',
        `the chart has more than ${DEPTH_MAX} folders within folders`,
      )
    for (const { name } of outer.list(at)) {
      const path = at === '' ? name : `${at}/${name}`
      if (outer.stat(path)?.kind === 'folder') walk(path, depth + 1)
      else files.push([path, outer.read(path)])
      if (files.length > FILES_MAX)
        throw new FetchRefused('SOURCE_SIZE', `the chart has more than ${FILES_MAX} files`)
    }
  }
  walk('', 0)
  return files
}

/** Dependencies that Chart.yaml names by `file://` and that are not in `charts/` are taken from beside it. */
function localDependencies(source: SourceTree, folder: string): readonly NamedFile[] {
  const metadata = readMap(source, `${folder === '' ? '' : `${folder}/`}Chart.yaml`)
  const dependencies = metadata?.get('dependencies')
  if (!Array.isArray(dependencies)) return []
  return dependencies.filter(isYamlMap).flatMap((dependency) => {
    const name = textIn(dependency, 'name')
    const repository = textIn(dependency, 'repository')
    const charts = `${folder === '' ? '' : `${folder}/`}charts`
    if (isVendored(source, charts, name)) return []
    const local = /^file:\/\/(.+)$/u.exec(repository)?.[1]
    if (local === undefined)
      throw new FetchRefused(
        'SOURCE_CHART',
        `its dependency ${name} (${repository}) is not in charts/: run helm dependency build and commit charts/, or take the chart from a HelmRepository`,
      )
    const files = filesIn(source, joinPath(folder, local))
    return files.map(([path, bytes]): NamedFile => [`charts/${name}/${path}`, bytes])
  })
}

function isVendored(source: SourceTree, charts: string, name: string): boolean {
  if (source.stat(charts)?.kind !== 'folder') return false
  return source
    .list(charts)
    .some(
      (entry) =>
        entry.name === name || (entry.name.startsWith(`${name}-`) && entry.name.endsWith('.tgz')),
    )
}

function metadataOf(
  tree: SourceTree,
  where: string,
): { readonly name: string; readonly version: string } {
  const metadata = readMap(tree, 'Chart.yaml')
  const [name, version] = [textIn(metadata, 'name'), textIn(metadata, 'version')]
  if (name !== '' && version !== '') return { name, version }
  throw new FetchRefused(
    'SOURCE_CHART',
    `${where} is no chart: it has no Chart.yaml with name and version`,
  )
}

function readMap(tree: SourceTree, path: string): YamlMap | undefined {
  if (tree.stat(path)?.kind !== 'file') return undefined
  try {
    const value = parseYaml(tree.read(path), {
      flavour: 'yaml2',
      duplicateKeys: 'last-wins',
      numbers: 'exact',
    })
    return isYamlMap(value) ? value : undefined
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new FetchRefused(
      'SOURCE_CHART',
      `${nameOf(path)}${folderOf(path) === '' ? '' : ` in ${folderOf(path)}`}, line ${error.line}: ${error.message}`,
      { cause: error },
    )
  }
}

function textIn(map: YamlMap | undefined, key: string): string {
  const value = map?.get(key)
  return typeof value === 'string' ? value : ''
}
