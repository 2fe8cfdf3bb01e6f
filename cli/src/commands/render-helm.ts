import { freshValues, fromBytes, LimitError, TemplateError, toBuffer } from '@tidemark/go-template'
import {
  type Chart,
  checkInstallable,
  type Flavour,
  HelmError,
  loadChart,
  loadChartArchive,
  mergeValues,
  printRelease,
  renderChart,
  traceChart,
  type ValuesInput,
} from '@tidemark/helm'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { folderTree, SourceError } from '@tidemark/source-tree'
import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { openDisk } from '../render/disk-tree.ts'
import { layersOf, readsText, traceText } from '../render/trace-text.ts'
import { seededStream } from '../render/seeded-stream.ts'

/** Where the command writes: what a chart prints is bytes. */
export interface RenderHelmIo {
  readonly out: (bytes: Uint8Array) => void
  readonly err: (text: string) => void
}

const RELEASE_NAME_DEFAULT = 'release-name'
const USAGE = `usage: tidemark render helm [NAME] CHART [flags of helm template]

Prints what "helm template NAME CHART" prints (3.22; without network). CHART is a folder or a .tgz.

  -f, --values FILE         values from a file; may be repeated
      --set, --set-string, --set-json, --set-file, --set-literal KEY=VALUE
  -n, --namespace NAME      the namespace of the release
      --kube-version V      the version of Kubernetes that charts see
  -a, --api-versions V      API versions that charts see besides the known ones
      --include-crds        print what lies in crds/ too
      --is-upgrade          render as for an upgrade
  -s, --show-only TEMPLATE  only what this template gives; may be repeated
      --skip-tests          leave tests out
      --no-hooks            leave hooks out
      --flavour helm4       as the SDK of Helm 4.2, which Flux installs with, instead of Helm 3.22
      --trace               where each field comes from, instead of the manifests: object, path,
                            template and line, values and the file or flag that set them
      --reads               which templates, values and chart files were read, instead of the manifests
      --seed TEXT           the same random values for the same text; without it they are new each time

Examples:
  tidemark render helm shop ./charts/shop -f prod.yaml --set replicas=3
  tidemark render helm shop shop-1.2.3.tgz --namespace shop --kube-version 1.33
`

const TEXTS = { type: 'string', multiple: true } as const
const FLAG = { type: 'boolean' } as const
const OPTIONS = {
  values: { ...TEXTS, short: 'f' },
  set: TEXTS,
  'set-string': TEXTS,
  'set-json': TEXTS,
  'set-file': TEXTS,
  'set-literal': TEXTS,
  namespace: { type: 'string', short: 'n' },
  'kube-version': { type: 'string' },
  'api-versions': { ...TEXTS, short: 'a' },
  'include-crds': FLAG,
  'is-upgrade': FLAG,
  'show-only': { ...TEXTS, short: 's' },
  'skip-tests': FLAG,
  'no-hooks': FLAG,
  flavour: { type: 'string', default: 'helm3' },
  trace: FLAG,
  reads: FLAG,
  seed: { type: 'string' },
  help: { ...FLAG, short: 'h' },
} as const

/** `tidemark render helm`; returns the exit code. */
export function renderHelm(argv: readonly string[], io: RenderHelmIo): number {
  try {
    const { values: flags, positionals } = readArguments(argv)
    if (flags.help === true) {
      io.out(Buffer.from(USAGE))
      return EXIT.ok
    }
    io.out(output(flags, positionals))
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommandError) {
      io.err(`tidemark: ${error.message}\n`)
      return error.exitCode
    }
    if (!isRefusal(error)) throw error
    io.err(`Error: ${fromBytes(error.message)}\n`)
    return EXIT.failed
  }
}

type Flags = ReturnType<typeof readArguments>['values']

function output(flags: Flags, positionals: readonly string[]): Uint8Array {
  const [name, path] = namesOf(positionals)
  const flavour = flavourOf(flags)
  const chart = open(path, flavour)
  checkInstallable(chart)
  const random = flags.seed === undefined ? systemRandom : seededStream(flags.seed)
  const input = valuesOf(flags, flavour)
  const options = {
    release: {
      name,
      namespace: flags.namespace ?? 'default',
      action: flags['is-upgrade'] === true ? ('upgrade' as const) : ('install' as const),
    },
    values: mergeValues(input),
    capabilities: {
      ...(flags['kube-version'] !== undefined && { kubeVersion: flags['kube-version'] }),
      apiVersions: separated(flags['api-versions']),
    },
    generated: freshValues({ random, clock: systemClock }),
  }
  if (flags.trace === true)
    return Buffer.from(traceText(traceChart(chart, options, layersOf(input)).fields))
  const rendered = renderChart(chart, options)
  if (flags.reads === true) return Buffer.from(readsText(rendered.reads))
  const text = printRelease(rendered, {
    includeCrds: flags['include-crds'] === true,
    skipTests: flags['skip-tests'] === true,
    noHooks: flags['no-hooks'] === true,
    showOnly: flags['show-only'] ?? [],
  })
  return toBuffer(text)
}

function namesOf(positionals: readonly string[]): readonly [string, string] {
  const [first, second] = positionals
  if (first === undefined || positionals.length > 2) throw usage('give a name and a chart')
  return second === undefined ? [RELEASE_NAME_DEFAULT, first] : [first, second]
}

function flavourOf({ flavour }: Flags): Flavour {
  if (flavour === 'helm3' || flavour === 'helm4') return flavour
  throw usage(`--flavour is helm3 or helm4, not ${flavour}`)
}

function valuesOf(flags: Flags, flavour: Flavour): ValuesInput {
  return {
    flavour,
    files: separated(flags.values).map((name) => ({ name, text: readText(name) })),
    set: flags.set ?? [],
    setString: flags['set-string'] ?? [],
    setJson: flags['set-json'] ?? [],
    setFile: flags['set-file'] ?? [],
    setLiteral: flags['set-literal'] ?? [],
    readFile: readText,
  }
}

/** These flags take several values with commas between them. */
function separated(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(','))
}

function open(path: string, flavour: Flavour): Chart {
  try {
    if (!statSync(path).isDirectory()) return loadChartArchive(readFileSync(path), flavour)
    const disk = openDisk(path)
    return loadChart(disk.path === '' ? disk.tree : folderTree(disk.tree, disk.path), flavour)
  } catch (error) {
    if (isRefusal(error)) throw error
    throw unreadable(path, error)
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function isRefusal(error: unknown): error is HelmError | LimitError | TemplateError | SourceError {
  return (
    error instanceof HelmError ||
    error instanceof LimitError ||
    error instanceof TemplateError ||
    error instanceof SourceError
  )
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw usage(error instanceof Error ? error.message : 'cannot read the arguments')
  }
}

function usage(message: string): CommandError {
  return new CommandError(`${message}\n\n${USAGE}`, EXIT.usage)
}

function unreadable(path: string, error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : 'no reason given'
  return new CommandError(`cannot read ${path}: ${reason}`, EXIT.notFound)
}
