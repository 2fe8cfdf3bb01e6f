import {
  executeTemplate,
  freshValues,
  fromBytes,
  type GeneratedValues,
  helmFunctions,
  LimitError,
  TemplateError,
  TemplateSet,
  toBuffer,
  toBytes,
} from '@tidemark/go-template'
import {
  type Capabilities,
  type Chart,
  checkInstallable,
  type Flavour,
  HelmError,
  type HelmErrorCode,
  hintOf,
  loadChart,
  loadChartArchive,
  mergeValues,
  printRelease,
  renderChart,
  renderFiles,
  type RenderedChart,
  type RenderOptions,
  traceChart,
  type ValuesInput,
} from '@tidemark/helm'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { folderTree, SourceError } from '@tidemark/source-tree'
import { readFileSync, statSync } from 'node:fs'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { openDisk } from '../render/disk-tree.ts'
import { HELM_USAGE, HelmFlags, usage } from '../render/helm-flags.ts'
import { layersOf, readsText, traceText } from '../render/trace-text.ts'
import { seededStream } from '../render/seeded-stream.ts'

/** Where the command writes: what a chart prints is bytes. */
export interface RenderHelmIo {
  readonly out: (bytes: Uint8Array) => void
  readonly err: (text: string) => void
}

const RELEASE_NAME_DEFAULT = 'release-name'
const NAMESPACE_DEFAULT = 'default'
const FLAG_HINTS: ReadonlyMap<HelmErrorCode, string> = new Map<HelmErrorCode, string>([
  ['CHART_KUBE_VERSION', '--kube-version says it'],
  ['MANIFEST', '--debug shows what was rendered'],
  ['SCHEMA', '--skip-schema-validation leaves the schema alone'],
])
const NAME_TEMPLATE = 'name-template'

/** `tidemark render helm`; returns the exit code. */
export function renderHelm(argv: readonly string[], io: RenderHelmIo): number {
  try {
    run(new HelmFlags(argv), io)
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommandError) {
      io.err(`tidemark: ${error.message}\n`)
      return error.exitCode
    }
    if (!isRefusal(error)) throw error
    io.err(`Error: ${fromBytes(error.message)}\n${hint(error)}`)
    return EXIT.failed
  }
}

/** Which flag helps, or what else does. */
function hint(error: Refusal): string {
  if (!(error instanceof HelmError)) return ''
  const general = hintOf(error)
  if (general === undefined) return ''
  const flag = FLAG_HINTS.get(error.code)
  return `Hint: ${general}${flag === undefined ? '' : `; ${flag}`}\n`
}

function run(flags: HelmFlags, io: RenderHelmIo): void {
  if (flags.has('help')) {
    io.out(Buffer.from(HELM_USAGE))
    return
  }
  const random = flags.text('seed')
  const generated = freshValues({
    random: random === undefined ? systemRandom : seededStream(random),
    clock: systemClock,
  })
  const [name, path] = namesOf(flags, generated)
  const flavour = flavourOf(flags)
  const input = valuesOf(flags, flavour)
  const values = mergeValues(input)
  const chart = open(path, flavour)
  checkInstallable(chart)
  if (chart.metadata.deprecated) io.err('WARNING: This chart is deprecated\n')
  const options: RenderOptions = {
    release: {
      name,
      namespace: flags.text('namespace') || NAMESPACE_DEFAULT,
      action: flags.has('is-upgrade') ? 'upgrade' : 'install',
    },
    values,
    capabilities: capabilitiesOf(flags),
    schemas: flags.has('skip-schema-validation') ? 'skip' : 'validate',
    generated,
  }
  if (flags.has('trace'))
    io.out(Buffer.from(traceText(traceChart(chart, options, layersOf(input)).fields)))
  else print(chart, options, flags, io)
}

function print(chart: Chart, options: RenderOptions, flags: HelmFlags, io: RenderHelmIo): void {
  const rendered = renderOrShow(chart, options, flags, io)
  if (flags.has('reads')) {
    io.out(Buffer.from(readsText(rendered.reads)))
    return
  }
  const text = printRelease(rendered, {
    includeCrds: flags.has('include-crds'),
    skipTests: flags.has('skip-tests'),
    noHooks: flags.has('no-hooks'),
    showOnly: flags.texts('show-only'),
  })
  io.out(toBuffer(text))
}

/** What is no YAML is refused, and with `--debug` shown before. */
function renderOrShow(
  chart: Chart,
  options: RenderOptions,
  flags: HelmFlags,
  io: RenderHelmIo,
): RenderedChart {
  try {
    return renderChart(chart, options)
  } catch (error) {
    if (!(error instanceof HelmError) || error.code !== 'MANIFEST') throw error
    if (flags.has('debug')) io.out(toBuffer(`${unsorted(renderFiles(chart, options)).trim()}\n`))
    throw error
  }
}

function unsorted(files: ReadonlyMap<string, string>): string {
  return [...files]
    .filter(([path, content]) => !path.endsWith('NOTES.txt') && content.trim() !== '')
    .map(([path, content]) => `---\n# Source: ${path}\n${content}\n`)
    .join('')
}

/** Name and chart, as `helm template` takes them from its arguments. */
function namesOf(flags: HelmFlags, generated: GeneratedValues): readonly [string, string] {
  const [first, second, ...more] = flags.positionals
  const template = flags.text('name-template') ?? ''
  if (first === undefined) throw usage('give a chart, or a name and a chart')
  if (more.length > 0) throw usage(`a name and a chart are all; there is "${more.join(' ')}" too`)
  if (second !== undefined) {
    if (flags.has('generate-name') || template !== '')
      throw usage('the name is given; leave --generate-name and --name-template away, or the name')
    return [first, second]
  }
  if (template !== '') return [nameFrom(template, generated), first]
  return [RELEASE_NAME_DEFAULT, first]
}

function nameFrom(template: string, generated: GeneratedValues): string {
  const set = new TemplateSet({ functions: helmFunctions })
  set.parse({ name: NAME_TEMPLATE, text: toBytes(template) })
  return fromBytes(executeTemplate(set, NAME_TEMPLATE, null, { generated }))
}

function flavourOf(flags: HelmFlags): Flavour {
  const flavour = flags.text('flavour') ?? 'helm3'
  if (flavour === 'helm3' || flavour === 'helm4') return flavour
  throw usage(`--flavour is helm3 or helm4, not ${flavour}`)
}

function capabilitiesOf(flags: HelmFlags): Capabilities {
  const kubeVersion = flags.text('kube-version') ?? ''
  const apiVersions = flags.list('api-versions')
  return { apiVersions, ...(kubeVersion === '' ? {} : { kubeVersion }) }
}

function valuesOf(flags: HelmFlags, flavour: Flavour): ValuesInput {
  return {
    flavour,
    files: flags.list('values').map((name) => ({ name, text: readBytes(name) })),
    set: flags.texts('set'),
    setString: flags.texts('set-string'),
    setJson: flags.texts('set-json'),
    setFile: flags.texts('set-file'),
    setLiteral: flags.texts('set-literal'),
    readFile: readBytes,
  }
}

function open(path: string, flavour: Flavour): Chart {
  try {
    if (!statSync(path).isDirectory()) return openArchive(path, flavour)
    const disk = openDisk(path)
    return loadChart(disk.path === '' ? disk.tree : folderTree(disk.tree, disk.path), flavour)
  } catch (error) {
    if (isRefusal(error)) throw error
    throw unreadable(path, error)
  }
}

const GZIP = Buffer.of(0x1f, 0x8b, 0x08)

function openArchive(path: string, flavour: Flavour): Chart {
  const bytes = readFileSync(path)
  if (bytes.subarray(0, GZIP.length).equals(GZIP)) return loadChartArchive(bytes, flavour)
  const what = /\.ya?ml$/.test(path)
    ? 'seems to be a YAML file, but expected a gzipped archive'
    : 'does not appear to be a gzipped archive'
  throw new HelmError('ARCHIVE', toBytes(`file '${path}' ${what}`))
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file.trim() === '-' ? 0 : file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

type Refusal = HelmError | LimitError | TemplateError | SourceError

function isRefusal(error: unknown): error is Refusal {
  return (
    error instanceof HelmError ||
    error instanceof LimitError ||
    error instanceof TemplateError ||
    error instanceof SourceError
  )
}

function unreadable(path: string, error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : 'no reason given'
  const advice = /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? '; nothing is fetched: give a file' : ''
  return new CommandError(`cannot read ${path}: ${reason}${advice}`, EXIT.notFound)
}
