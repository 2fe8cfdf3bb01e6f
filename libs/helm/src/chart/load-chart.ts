import {
  cleanPath,
  compareBytes,
  fromBuffer,
  fromBytes,
  GoMap,
  quote,
  toBuffer,
  toBytes,
} from '@tidemark/go-template'
import { readArchive, SourceError, type SourceTree } from '@tidemark/source-tree'
import { HelmError } from '../helm-error.ts'
import { type Flavour, rulesOf } from '../flavour.ts'
import { readYamlMap, type YamlPurpose } from '../read-yaml.ts'
import { readValues } from '../values/values-documents.ts'
import { type Chart, type ChartFile } from './chart.ts'
import { ignoreRules } from './ignore.ts'
import { readMetadata } from './read-metadata.ts'
import { validateMetadata } from './validate-metadata.ts'

/** Helm's own bounds. */
const FILE_BYTES_MAX = 5 * 1024 * 1024
const CHART_BYTES_MAX = 100 * 1024 * 1024
/** What Helm allows, and room for the headers. */
const ARCHIVE_BYTES_MAX = 110 * 1024 * 1024
/** Thirty times what the largest chart of the corpus has. */
const ARCHIVE_ENTRIES_MAX = 10_000
/** Charts within charts; the deepest of the corpus is four. */
const DEPTH_MAX = 32
/** Folders within folders; links could make them endless. */
const FOLDER_DEPTH_MAX = 64
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'

/**
 * Loads a chart whose Chart.yaml lies at the root of a tree. `.helmignore` is followed, links too as far
 * as the tree allows. Throws `HelmError` with Helm's text, or the tree's own `SourceError`.
 */
export function loadChart(tree: SourceTree, flavour: Flavour = 'helm3'): Chart {
  const isIgnored = ignoreRules(textAt(tree, '.helmignore'))
  const paths = filePaths(tree, isIgnored)
  const files = paths.map((path) => fileOf(toBytes(path), tree.read(path)))
  return loadFiles(files, flavour, 0)
}

/** Loads a packaged chart (`.tgz`) from its bytes. Throws `HelmError`, or `SourceError` for a bad archive. */
export function loadChartArchive(bytes: Uint8Array, flavour: Flavour = 'helm3'): Chart {
  return loadFiles(archiveFiles(bytes), flavour, 0)
}

/** Loads a chart from files that are at hand, as Helm's `LoadFiles`. */
export function loadChartFiles(files: readonly ChartFile[], flavour: Flavour = 'helm3'): Chart {
  return loadFiles(files, flavour, 0)
}

type IsIgnored = ReturnType<typeof ignoreRules>

/** All files in the order in which Go walks folders: name by name, not by whole path. */
function filePaths(tree: SourceTree, isIgnored: IsIgnored = () => false): string[] {
  const paths: string[] = []
  const walk = (folder: string, depth: number): void => {
    if (depth > FOLDER_DEPTH_MAX)
      throw new HelmError(
        'CHART_DEPTH',
        `folders of the chart nest deeper than ${FOLDER_DEPTH_MAX}`,
      )
    for (const { name } of tree.list(folder)) {
      const path = folder === '' ? name : `${folder}/${name}`
      const kind = tree.stat(path)?.kind === 'folder' ? 'folder' : 'file'
      if (isIgnored(path, kind)) continue
      if (kind === 'folder') walk(path, depth + 1)
      else paths.push(path)
    }
  }
  walk('', 0)
  return paths
}

function textAt(tree: SourceTree, path: string): string | undefined {
  return tree.stat(path) === undefined ? undefined : fromBuffer(tree.read(path))
}

function fileOf(name: string, bytes: Uint8Array): ChartFile {
  if (bytes.length > FILE_BYTES_MAX)
    throw new HelmError(
      'CHART_SIZE',
      `chart file ${quote(name)} is larger than the maximum file size ${FILE_BYTES_MAX}`,
    )
  const data = fromBuffer(bytes)
  return { name, data: data.startsWith(BYTE_ORDER_MARK) ? data.slice(3) : data }
}

/** The files below the one folder of an archive. */
function archiveFiles(bytes: Uint8Array): ChartFile[] {
  const tree = opened(bytes)
  const files: ChartFile[] = []
  let total = 0
  for (const path of filePaths(tree)) {
    const parts = path.split('/')
    if (parts[0] === 'Chart.yaml')
      throw new HelmError('ARCHIVE', 'chart yaml not in base directory')
    if (parts.length === 1)
      throw new HelmError(
        'ARCHIVE',
        `chart illegally contains content outside the base directory: ${quote(toBytes(path))}`,
      )
    const content = tree.read(path)
    total += content.length
    if (total > CHART_BYTES_MAX)
      throw new HelmError(
        'CHART_SIZE',
        `decompressed chart is larger than the maximum file size ${CHART_BYTES_MAX}`,
      )
    files.push(fileOf(cleanPath(toBytes(parts.slice(1).join('/'))), content))
  }
  if (files.length === 0) throw new HelmError('ARCHIVE', 'no files in chart archive')
  return files
}

function opened(bytes: Uint8Array): SourceTree {
  try {
    return readArchive(bytes, {
      fileBytesMax: FILE_BYTES_MAX,
      bytesMax: ARCHIVE_BYTES_MAX,
      entriesMax: ARCHIVE_ENTRIES_MAX,
    })
  } catch (error) {
    if (error instanceof SourceError) throw error
    throw new HelmError('ARCHIVE', 'the chart is no gzipped archive', { cause: error })
  }
}

function loadFiles(files: readonly ChartFile[], flavour: Flavour, depth: number): Chart {
  if (depth > DEPTH_MAX)
    throw new HelmError('CHART_DEPTH', `charts nest deeper than ${DEPTH_MAX} levels`)
  const byName = new Map(files.map((file) => [file.name, file]))
  const chartFile = byName.get('Chart.yaml')
  const requirements = byName.get('requirements.yaml')
  if (chartFile === undefined && requirements === undefined)
    throw new HelmError('CHART_FILE', 'Chart.yaml file is missing')
  const metadata = readMetadata(
    chartFile === undefined ? new GoMap() : mapOf(chartFile),
    requirements === undefined ? undefined : mapOf(requirements),
    'Chart.yaml',
  )
  const lock = byName.get('Chart.lock') ?? byName.get('requirements.lock')
  if (lock !== undefined) mapOf(lock)
  const valuesFile = byName.get('values.yaml')
  const values =
    valuesFile === undefined
      ? new GoMap()
      : readValues(valuesFile.data, problemOf(valuesFile), rulesOf(flavour).valuesDocuments)
  const checked = validateMetadata(metadata)
  return {
    flavour,
    metadata: checked,
    values,
    schema: byName.get('values.schema.json')?.data,
    templates: files.filter(({ name }) => name.startsWith('templates/')),
    files: files.filter((file) => isPlainFile(file, checked.apiVersion)),
    dependencies: loadSubcharts(files, { parent: checked.name, flavour, depth }),
  }
}

function mapOf(file: ChartFile): GoMap {
  return readYamlMap(file.data, problemOf(file))
}

function problemOf({ name }: ChartFile): YamlPurpose {
  return { problem: `cannot load ${fromBytes(name)}: `, code: 'CHART_FILE' }
}

function isPlainFile({ name }: ChartFile, apiVersion: string): boolean {
  if (['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json'].includes(name)) return false
  if (name === 'requirements.yaml' || name === 'requirements.lock') return apiVersion === 'v1'
  if (name.startsWith('templates/')) return false
  return !name.startsWith('charts/') || name.endsWith('.prov')
}

/** Where a subchart was found. */
interface Place {
  readonly parent: string
  readonly flavour: Flavour
  readonly depth: number
}

/** Subcharts in the order of their folder names; upstream has them in any order. */
function loadSubcharts(files: readonly ChartFile[], place: Place): Chart[] {
  const groups = new Map<string, ChartFile[]>()
  for (const { name, data } of files) {
    if (!name.startsWith('charts/') || name.endsWith('.prov')) continue
    const path = name.slice('charts/'.length)
    const [folder = ''] = path.split('/')
    const group = groups.get(folder) ?? []
    group.push({ name: path, data })
    groups.set(folder, group)
  }
  const names = [...groups.keys()].filter((name) => !/^[_.]/.test(name)).toSorted(compareBytes)
  return names.map((name) => loadSubchart(name, groups.get(name) ?? [], place))
}

function loadSubchart(
  name: string,
  files: readonly ChartFile[],
  { parent, flavour, depth }: Place,
): Chart {
  const [first] = files
  try {
    if (name.endsWith('.tgz') && first !== undefined) {
      if (first.name !== name)
        throw new HelmError(
          'ARCHIVE',
          `error unpacking subchart tar in ${parent}: expected ${name}, got ${first.name}`,
        )
      return loadFiles(archiveFiles(toBuffer(first.data)), flavour, depth + 1)
    }
    const own = files
      .filter((file) => file.name.includes('/'))
      .map((file) => ({ name: file.name.slice(file.name.indexOf('/') + 1), data: file.data }))
    return loadFiles(own, flavour, depth + 1)
  } catch (error) {
    if (!(error instanceof HelmError) || error.code === 'CHART_DEPTH') throw error
    throw new HelmError(
      error.code,
      `error unpacking subchart ${name} in ${parent}: ${error.message}`,
      { cause: error },
    )
  }
}
