import { parseArgs } from 'node:util'
import { CommandError, EXIT } from '../client/exit-codes.ts'

export const HELM_USAGE = `usage: tidemark render helm [NAME] CHART [flags of helm template]

Prints what "helm template NAME CHART" prints (3.22; without network). CHART is a folder or a .tgz.

  -f, --values FILE         values from a file, - for stdin; may be repeated
      --set, --set-string, --set-json, --set-file, --set-literal KEY=VALUE
  -n, --namespace NAME      the namespace of the release
      --name-template TEXT  the name of the release, as a template
      --kube-version V      the version of Kubernetes that charts see
  -a, --api-versions V      API versions that charts see besides the known ones
      --include-crds        print what lies in crds/ too
      --is-upgrade          render as for an upgrade
  -s, --show-only TEMPLATE  only what this template gives; may be repeated
      --skip-tests          leave tests out
      --no-hooks            leave hooks out
      --skip-schema-validation
                            leave values.schema.json alone
      --debug               print what was rendered even where it is no YAML
      --flavour helm4       as the SDK of Helm 4.2, which Flux installs with, instead of Helm 3.22
      --trace               where each field comes from, instead of the manifests: object, path,
                            template and line, values and the file or flag that set them
      --reads               which templates, values and chart files were read, instead of the manifests
      --seed TEXT           the same random values for the same text; without it they are new each time

Flags of helm template that change nothing of what it prints (--wait, --create-namespace, --dry-run,
--skip-crds, --release-name, ...) are taken and do nothing.

Examples:
  tidemark render helm shop ./charts/shop -f prod.yaml --set replicas=3
  tidemark render helm shop shop-1.2.3.tgz --namespace shop --kube-version 1.33
`

/** How often a flag may be given, and what it takes: a switch nothing, a list texts with commas between them. */
type FlagKind = 'switch' | 'text' | 'texts' | 'list'

type Switch =
  | 'generate-name'
  | 'include-crds'
  | 'is-upgrade'
  | 'skip-tests'
  | 'no-hooks'
  | 'skip-schema-validation'
  | 'debug'
  | 'trace'
  | 'reads'
  | 'help'
type Text = 'namespace' | 'name-template' | 'kube-version' | 'flavour' | 'seed'
type Texts = 'set' | 'set-string' | 'set-json' | 'set-file' | 'set-literal' | 'show-only'
type List = 'values' | 'api-versions'
type Kinds<Names extends string, Kind extends FlagKind> = Readonly<Record<Names, Kind>>

const FLAGS: Kinds<Switch, 'switch'> &
  Kinds<Text, 'text'> &
  Kinds<Texts, 'texts'> &
  Kinds<List, 'list'> = {
  values: 'list',
  set: 'texts',
  'set-string': 'texts',
  'set-json': 'texts',
  'set-file': 'texts',
  'set-literal': 'texts',
  namespace: 'text',
  'name-template': 'text',
  'generate-name': 'switch',
  'kube-version': 'text',
  'api-versions': 'list',
  'include-crds': 'switch',
  'is-upgrade': 'switch',
  'show-only': 'texts',
  'skip-tests': 'switch',
  'no-hooks': 'switch',
  'skip-schema-validation': 'switch',
  debug: 'switch',
  flavour: 'text',
  trace: 'switch',
  reads: 'switch',
  seed: 'text',
  help: 'switch',
}

/** Flags of `helm template` that change nothing of what it prints, and what every command of ours takes. */
const WITHOUT_EFFECT: Readonly<Record<string, FlagKind>> = {
  atomic: 'switch',
  color: 'text',
  'create-namespace': 'switch',
  description: 'text',
  devel: 'switch',
  'disable-openapi-validation': 'switch',
  'dry-run': 'switch',
  force: 'switch',
  'hide-notes': 'switch',
  'kube-context': 'text',
  kubeconfig: 'text',
  labels: 'texts',
  'release-name': 'switch',
  'render-subchart-notes': 'switch',
  replace: 'switch',
  'skip-crds': 'switch',
  'take-ownership': 'switch',
  timeout: 'text',
  version: 'text',
  wait: 'switch',
  'wait-for-jobs': 'switch',
}

/** Flags of `helm template` that would need what a render has not, and what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  validate: 'a render asks no cluster; pipe the output into "kubectl apply --dry-run=server -f -"',
  repo: 'a render fetches nothing; give a folder or a .tgz',
  'dependency-update': 'a render fetches nothing; run "helm dependency build" before',
  'enable-dns': 'a render asks no name server; give addresses as values',
  'output-dir': 'everything goes to stdout; use --show-only TEMPLATE > FILE for a part of it',
  'post-renderer': 'a render starts no program; pipe the output into it',
  verify: 'signatures of charts are not looked at; use "helm verify" before',
}

const SHORT: Readonly<Record<string, string>> = {
  values: 'f',
  namespace: 'n',
  'generate-name': 'g',
  'api-versions': 'a',
  'show-only': 's',
  labels: 'l',
  help: 'h',
}

const KINDS: Readonly<Record<string, FlagKind | undefined>> = { ...WITHOUT_EFFECT, ...FLAGS }
const OPTIONS = Object.fromEntries(
  Object.entries({ ...WITHOUT_EFFECT, ...FLAGS }).map(([name, kind]) => [
    name,
    {
      type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
      ...(SHORT[name] === undefined ? {} : { short: SHORT[name] }),
    },
  ]),
)

/** The arguments of `tidemark render helm`, read as `helm template` reads them. */
export class HelmFlags {
  readonly positionals: readonly string[]
  readonly #given = new Map<string, string[]>()

  /** @throws CommandError for a flag that there is not, or that lacks its value */
  constructor(argv: readonly string[]) {
    const args = [...argv]
    const { tokens } = parseArgs({ args, options: OPTIONS, strict: false, tokens: true })
    this.positionals = tokens.flatMap((token) => (token.kind === 'positional' ? token.value : []))
    for (const token of tokens)
      if (token.kind === 'option')
        this.#add({ name: token.name, rawName: token.rawName, value: token.value })
  }

  has(flag: Switch): boolean {
    return isTrue(this.#given.get(flag)?.at(-1) ?? 'false') === true
  }

  text(flag: Text): string | undefined {
    return this.#given.get(flag)?.at(-1)
  }

  texts(flag: Texts): readonly string[] {
    return this.#given.get(flag) ?? []
  }

  list(flag: List): readonly string[] {
    return (this.#given.get(flag) ?? []).flatMap((line) => parted(flag, line))
  }

  #add({ name, rawName, value }: GivenOption): void {
    const refusal = REFUSED[name]
    if (refusal !== undefined) throw usage(`there is no ${rawName} here: ${refusal}`)
    const kind = KINDS[name]
    if (kind === undefined) throw usage(`there is no flag ${rawName}`)
    this.#given.set(name, [
      ...(this.#given.get(name) ?? []),
      valueOf(kind, { name, rawName, value }),
    ])
  }
}

/** A flag as it was given; a short one may have its value behind an equals sign too. */
interface GivenOption {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
}

function valueOf(kind: FlagKind, { name, rawName, value }: GivenOption): string {
  if (kind !== 'switch') {
    if (value === undefined) throw usage(`${rawName} needs a value`)
    return rawName === `--${name}` ? value : value.replace(/^=/, '')
  }
  if (value === undefined || name === 'dry-run') return dryRun(name, value)
  if (isTrue(value) === undefined) throw usage(`${rawName} is true or false, not ${value}`)
  return value
}

/** Against a server there is more than a render. */
function dryRun(name: string, value: string | undefined): string {
  if (name === 'dry-run' && value === 'server')
    throw usage('--dry-run is client here: a render asks no cluster')
  return 'true'
}

/** What Go takes for true or false. */
function isTrue(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y

/** The texts of one line, as CSV: what holds a comma stands in quotes. */
function parted(flag: string, line: string): readonly string[] {
  if (line === '') return []
  const fields: string[] = []
  for (FIELD.lastIndex = 0; ;) {
    const found = FIELD.exec(line)
    if (found === null)
      throw usage(`--${flag} ${line}: a quote that is not closed, or within a text`)
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === '') return fields
  }
}

export function usage(message: string): CommandError {
  return new CommandError(`${message}; tidemark render helm --help lists what there is`, EXIT.usage)
}
