import { parseYaml, YamlError, isYamlList, isYamlMap, type YamlValue } from '@tidemark/yaml'
import { FetchRefused } from '../fetch-refused.ts'

/** Most bytes of an index, as in Flux. */
export const INDEX_BYTES_MAX: number = 50 * 1024 * 1024
const PAUSE_CHARS = 256 * 1024 // So much is parsed at a stretch: some ten milliseconds.

/** A version of a chart that an index names. */
export interface ChartVersion {
  readonly name: string
  readonly version: string
  /** Relative to the repository, or absolute; the first is used. */
  readonly url: string
  /** SHA-256 in hex; empty where the index says none. */
  readonly digest: string
  readonly createdMs: number
}

/** What an index says, by name of the chart: as much of it as it takes to choose and fetch one. */
export type ChartIndex = ReadonlyMap<string, readonly ChartVersion[]>

export interface ReadIndexOptions {
  /** For messages: the URL of the repository. */
  readonly where: string
  /** Lets others run: a large index takes seconds. */
  readonly pause: () => Promise<void>
}

/**
 * Reads an `index.yaml` (or JSON), chart by chart, so that a large one holds up nobody. What is half-written, or no
 * index, is refused as a whole.
 */
export async function readChartIndex(
  bytes: Uint8Array,
  { where, pause }: ReadIndexOptions,
): Promise<ChartIndex> {
  const { head, charts, endsInLine } = splitIndex(Buffer.from(bytes).toString('utf8'), where)
  const index = new Map<string, readonly ChartVersion[]>()
  let sincePause = 0
  for (const { entries, chars } of charts) {
    for (const [name, versions] of entries) {
      if (!isYamlList(versions)) throw refused(where, `its entry ${name} is no list`)
      // Helm too passes over a version that is not sound.
      const sound = versions.map(readVersion).filter((version) => version !== undefined)
      index.set(name, [...(index.get(name) ?? []), ...sound])
    }
    sincePause += chars
    if (sincePause < PAUSE_CHARS) continue
    await pause()
    sincePause = 0
  }
  checkWhole(head, { where, endsInLine })
  return index
}

/** Helm writes `generated` last: where it is missing and the text stops within a line, the rest is missing too. */
function checkWhole(
  head: ReadonlyMap<string, YamlValue>,
  { where, endsInLine }: { readonly where: string; readonly endsInLine: boolean },
): void {
  if (textOf(head.get('apiVersion')) === '')
    throw refused(where, 'it has no apiVersion; it is no index, or not all of it')
  if (!head.has('generated') && !endsInLine)
    throw refused(where, 'it stops within a line; somebody is still writing it')
}

interface SplitIndex {
  /** What is beside the entries. */
  readonly head: ReadonlyMap<string, YamlValue>
  /** The entries, piece by piece, parsed as they are asked for. */
  readonly charts: Iterable<{
    readonly entries: ReadonlyMap<string, YamlValue>
    readonly chars: number
  }>
  /** Whether its last line is whole: YAML can be read also where something is missing at the end. */
  readonly endsInLine: boolean
}

/** Helm writes one block for each chart; an index in any other form, such as JSON, is read as one piece. */
function splitIndex(text: string, where: string): SplitIndex {
  const head = /^entries:[ \t]*\r?\n/mu.exec(text)
  if (head === null) {
    const whole = mapOf(parse(text, where))
    const entries = whole.get('entries') ?? null
    if (!isYamlMap(entries)) throw refused(where, 'it has no entries; it is no index')
    return { head: whole, charts: [{ entries, chars: text.length }], endsInLine: true }
  }
  const start = head.index + head[0].length
  // Up to the next line that begins a key of the index itself.
  const next = /^[^\s#-]/gmu
  next.lastIndex = start
  const end = next.exec(text)?.index ?? text.length
  return {
    head: mapOf(parse(text.slice(0, head.index) + text.slice(end), where)),
    charts: parsedBlocks(text.slice(start, end), where),
    endsInLine: text.endsWith('\n'),
  }
}

function* parsedBlocks(
  body: string,
  where: string,
): Generator<{ readonly entries: ReadonlyMap<string, YamlValue>; readonly chars: number }> {
  for (const text of blocksOf(body))
    yield { entries: mapOf(parse(text, where)), chars: text.length }
}

/** Cut before each line that is indented as the first. */
function* blocksOf(body: string): Generator<string> {
  const indent = /^( +)[^\s#]/mu.exec(body)?.[1] ?? ''
  const start = new RegExp(`^${indent}[^\\s#-]`, 'gmu')
  let from = 0
  for (const { index } of body.matchAll(start)) {
    if (index > from) yield body.slice(from, index)
    from = index
  }
  if (from < body.length) yield body.slice(from)
}

/** One text for one index, small: what is kept of it. */
export function encodeChartIndex(index: ChartIndex): Uint8Array {
  const rows = [...index].map(([name, versions]) => [
    name,
    versions.map(({ version, url, digest, createdMs }) => [version, url, digest, createdMs]),
  ])
  return Buffer.from(JSON.stringify(rows), 'utf8')
}

/** Reads what `encodeChartIndex` wrote, for one chart. */
export function decodeChartVersions(bytes: Uint8Array, name: string): readonly ChartVersion[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What we wrote ourselves, found by its digest.
  const rows = JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly (readonly [
    string,
    readonly (readonly [string, string, string, number])[],
  ])[]
  const [, versions = []] = rows.find(([known]) => known === name) ?? []
  return versions.map(([version, url, digest, createdMs]) => ({
    name,
    version,
    url,
    digest,
    createdMs,
  }))
}

function readVersion(value: YamlValue): ChartVersion | undefined {
  if (!isYamlMap(value)) return undefined
  const [name, version] = [textOf(value.get('name')), textOf(value.get('version'))]
  const urls = value.get('urls') ?? null
  const url = isYamlList(urls) ? textOf(urls[0]) : ''
  if (name === '' || version === '' || url === '') return undefined
  const createdMs = Date.parse(textOf(value.get('created')))
  return {
    name,
    version,
    url,
    digest: textOf(value.get('digest')).replace(/^sha256:/u, ''),
    createdMs: Number.isNaN(createdMs) ? 0 : createdMs,
  }
}

function parse(text: string, where: string): YamlValue {
  try {
    return parseYaml(text, {
      flavour: 'yaml2',
      duplicateKeys: 'last-wins',
      numbers: 'exact',
    })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw refused(where, `line ${error.line}: ${error.message}`)
  }
}

function mapOf(value: YamlValue | undefined): ReadonlyMap<string, YamlValue> {
  return value !== undefined && isYamlMap(value) ? value : new Map()
}

function textOf(value: YamlValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function refused(where: string, why: string): FetchRefused {
  return new FetchRefused(
    'SOURCE_INDEX',
    `the index of ${where} cannot be read: ${why}; the last one goes on, and it is asked again`,
  )
}
