import { Argument, Option, type Command } from 'commander'
import { collect, readCount, withExamples, withForm, withOutput } from '../options.ts'

/** What shows, and changes nothing. */
export function addLook(program: Command): void {
  addGet(program)
  addOne(program)
  addTree(program)
  addDiff(program)
  addTrace(program)
  addEvents(program)
}

function addGet(program: Command): void {
  const get = program
    .command('get')
    .description(
      'list sources, applications, releases, deployments, clusters, receivers, providers, alerts or parked events',
    )
    .argument('<kind>', 'what to list; singular and short forms are understood (app, src)')
    .argument('[name]', 'of which application: for releases and deployments')
    .option('--cluster <name>', 'only of this cluster')
    .option('-n, --namespace <name>', 'only of this namespace')
  withExamples(
    withOutput(get),
    'get applications',
    'get apps --cluster eu -o wide',
    'get releases eu/shop -o json',
    `get apps -o 'jsonpath={range .items[*]}{.cluster}/{.object.name}={.phase}{"\\n"}{end}'`,
  ).action(async (kind, name, options) => (await import('../get.ts')).get(kind, name, options))
}

function addOne(program: Command): void {
  const NAME = 'name, cluster/name, cluster/namespace/name or id'
  const describe = program
    .command('describe')
    .description('all that is known of an application')
    .argument('<application>', NAME)
  withExamples(withOutput(describe), 'describe eu/shop').action(async (name, options) =>
    (await import('../describe.ts')).describe(name, options),
  )
  const history = program
    .command('history')
    .description('the releases of an application, newest first')
    .argument('<application>', NAME)
  withExamples(withOutput(history), 'history eu/shop', 'history eu/shop -o wide').action(
    async (name, options) => (await import('../get.ts')).get('releases', name, options),
  )
  const why = program
    .command('why')
    .description('the chain from source to health, and its first broken link')
    .argument('[application]', `${NAME}; else each one that is not ready`)
  withExamples(withOutput(why), 'why eu/shop', 'why').action(async (name, options) =>
    (await import('../why.ts')).why(name, options),
  )
}

function addTree(program: Command): void {
  const tree = program
    .command('tree')
    .description('what an application delivers, and the applications that it declares')
    .argument('[application]', 'where to begin; else all clusters')
    .option('--cluster <name>', 'only of this cluster')
    .option('--depth <number>', 'at most so many levels of applications', readCount, 8)
  withExamples(withOutput(tree), 'tree', 'tree eu/shop', 'tree --cluster eu').action(
    async (name, options) => (await import('../tree.ts')).tree(name, options),
  )
}

function addDiff(program: Command): void {
  const diff = program
    .command('diff')
    .description('what differs between two releases, or between a release and the cluster')
    .argument('<application>')
    .option('--from <release>', 'the older one; else the one before --to', readCount)
    .option('--to <release>', 'the newer one; else the newest', readCount)
    .option('--live', 'hold what the cluster has against the release that it runs')
    .option('--kubeconfig <file>', 'with --live: how to reach the cluster')
    .option('--context <name>', 'with --live: the context in it; else the name of the cluster')
    .addHelpText(
      'after',
      '\nValues of Secrets are never shown. Ends with 0 where nothing differs, 1 where something does, more for errors.',
    )
  withExamples(
    withOutput(diff),
    'diff eu/shop                 what the newest release changed',
    'diff eu/shop --from 1 --to 3',
    'diff eu/shop --live          what was changed on the cluster',
  ).action(async (name, options) => (await import('../diff.ts')).diff(name, options))
}

function addTrace(program: Command): void {
  const trace = program
    .command('trace')
    .description('an object back to its commit, or a commit on to its objects')
    .argument('<what>', 'KIND/NAME, KIND/NAMESPACE/NAME, or the first digits of a commit')
    .option('-n, --namespace <name>', 'the namespace of the object')
    .option('--cluster <name>', 'only on this cluster')
  withExamples(
    withOutput(trace),
    'trace deployment/shop -n shop --cluster eu',
    'trace Namespace/shop',
    'trace 1f0c2ab               what became of a commit, on every cluster',
  ).action(async (what, options) => (await import('../trace.ts')).trace(what, options))
}

function addEvents(program: Command): void {
  const events = program
    .command('events')
    .description('what has happened')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--after <position>', 'only events behind this position', '0')
    .option('--application <name>', 'only of this application')
    .option('--type <name>', 'only of this type; may be repeated', collect, [])
  withExamples(
    withOutput(events),
    'events --application eu/shop',
    'events -f --type ReleaseCut --type ApplyFinished',
  ).action(async (options) => (await import('../events.ts')).events(options))
}

/** What looks at files alone. */
export function addLint(program: Command): void {
  const lint = program
    .command('lint')
    .description('hold the Flux objects of a repository against their fields, and look for traps')
    .argument('<path>', 'the root of the repository, or of a part that stands alone')
    .addHelpText(
      'after',
      '\nWithout a network and without a plane; kustomizations are built. Ends with 0 where there is no error (warnings may be),\n1 where there is one, 2 where PATH is none. docs/reference/flux.md has the fields and the traps.',
    )
  withExamples(withForm(lint), 'lint .', 'lint ./fleet -o json').action(async (path, options) =>
    (await import('../lint.ts')).lint(path, options),
  )
}

/** The engines alone: their own flags, and the bytes that the upstream tools would print. */
export function addRender(program: Command): void {
  const render = program
    .command('render')
    .description('print what files render to, without a cluster')
  const engine = (name: string, text: string): Command =>
    render
      .command(name)
      .description(text)
      .argument('[arguments...]')
      .allowUnknownOption()
      .helpOption(false)
  engine(
    'kustomize',
    'what kustomize build DIR prints; --flux FILE for a Flux Kustomization',
  ).action(async (argv) => {
    process.exitCode = (await import('../render-kustomize.ts')).renderKustomize(argv, RENDER_IO)
  })
  engine('helm', 'what helm template NAME CHART prints').action(async (argv) => {
    process.exitCode = (await import('../render-helm.ts')).renderHelm(argv, RENDER_IO)
  })
  const release = render
    .command('release')
    .description('the objects of a release, as they were kept; values of Secrets are not shown')
    .argument('<application>')
    .option('--number <release>', 'which one; else the newest', readCount)
  withExamples(withOutput(release), 'render release eu/shop --number 1').action(
    async (name, options) => (await import('../render-release.ts')).renderRelease(name, options),
  )
  withExamples(
    render,
    'render kustomize apps/shop/overlays/eu',
    'render helm shop ./chart --values values.yaml',
    'render release eu/shop --number 1',
  )
}

const RENDER_IO = {
  out: (data: string | Uint8Array): void => {
    process.stdout.write(data)
  },
  err: (text: string): void => {
    process.stderr.write(text)
  },
}

/** The record of all that happened. */
export function addRecord(program: Command): void {
  const audit = program.command('audit').description('the record of all that happened')
  const list = audit
    .command('list')
    .description('every event, with who did it')
    .option('--after <position>', 'only events behind this position', '0')
    .option('--limit <number>', 'at most so many', '200')
    .addOption(
      new Option('--last <number>', 'the newest ones, so many')
        .argParser(readCount)
        .conflicts(['after', 'limit']),
    )
    .option('--application <name>', 'only of this application')
  withExamples(withOutput(list), 'audit list --last 20', 'audit list --application eu/shop').action(
    async (options) => (await import('../audit.ts')).list(options),
  )
  const verify = audit
    .command('verify')
    .description('hash the whole ledger again and hold it against the signed root')
  withExamples(withOutput(verify), 'audit verify', 'audit verify -o json').action(async (options) =>
    (await import('../audit.ts')).verify(options),
  )
  withExamples(audit, 'audit list --last 20', 'audit verify')
}

/** A shell that completes words, and the version. */
export function addOwn(program: Command): void {
  const completion = program
    .command('completion')
    .description('print what makes a shell complete the words of tidemark')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
  withExamples(
    completion,
    'completion bash > /etc/bash_completion.d/tidemark',
    'completion zsh > "${fpath[1]}/_tidemark"',
    'completion fish > ~/.config/fish/completions/tidemark.fish',
  ).action(async (shell) => (await import('../completion.ts')).completion(program, shell))
  const version = program
    .command('version')
    .description('the version of this program, and of the plane where one runs')
  withExamples(withOutput(version), 'version', 'version -o json').action(async (options) =>
    (await import('../version.ts')).version(options),
  )
}
