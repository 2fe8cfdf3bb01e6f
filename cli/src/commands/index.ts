import { Argument, Option, type Command } from 'commander'
import { withOutput, withServer } from './options.ts'

/** All commands. What a command needs is loaded when it runs, so that help comes at once. */
export function addCommands(program: Command): void {
  addStart(program)
  addCluster(program)
  addLook(program)
  addRender(program)
  addChange(program)
  addRecord(program)
}

const COUNT = (text: string): number => Number(text)
const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function addStart(program: Command): void {
  addUp(program)
  addServe(program)
}

function addUp(program: Command): void {
  program
    .command('up')
    .description('start a whole control plane on this machine')
    .option('--repo <url>', 'the Git repository to deliver; without it a sample is made')
    .option('--path <folder>', 'the folder in it that the cluster is fed from', './')
    .option('--branch <name>', 'the branch of --repo', 'main')
    .option(
      '--context <CTX=NAME>',
      'a kubeconfig context, and the cluster that it is; may be repeated',
      collect,
      [],
    )
    .option(
      '--kubeconfig <file>',
      'where --context is looked up; else $KUBECONFIG or ~/.kube/config',
    )
    .option('--git-username <name>', 'user name for --repo')
    .option('--git-password-file <file>', 'file with the password of --git-username')
    .option('--git-token-file <file>', 'file with a bearer token for --repo')
    .option('--git-ca-file <file>', 'certificate authority of the Git server')
    .option('--interval <duration>', 'how often --repo is looked at without a webhook', '1m')
    .option('--data-dir <folder>', 'where state is kept', './.tidemark')
    .option('--port <number>', 'port of the API; else 7373 or any free one', COUNT)
    .option(
      '--exit-when-ready',
      'print one JSON line per change; end with 0 when all are ready, 3 when they cannot be',
    )
    .option('--timeout <duration>', 'with --exit-when-ready: how long to wait', '5m')
    .addOption(
      new Option('--log <level>', 'how much to say on stderr')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .addHelpText(
      'after',
      `
Examples:
  tidemark up
  tidemark up --exit-when-ready
  tidemark up --repo https://git.example.com/fleet.git --path clusters/prod --context prod-eu=prod`,
    )
    .action(async (options) => (await import('./up.ts')).up(options))
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('run one service of the platform form, or all of them')
    .addArgument(
      new Argument('<service>', 'which one').choices([
        'all',
        'ledger',
        'fetcher',
        'renderer',
        'releaser',
        'applier',
        'auditor',
        'gateway',
      ]),
    )
    .addHelpText('after', '\nSettings come from the environment: docs/operations.md lists them.')
    .action(async (service) => (await import('./serve.ts')).serve(service))
}

function addCluster(program: Command): void {
  const cluster = program.command('cluster').description('the clusters that are delivered to')
  withOutput(
    cluster
      .command('add')
      .description('register a cluster, and say what it is fed from')
      .argument('<name>', 'what it is called here')
      .requiredOption('--context <name>', 'its context in the kubeconfig of the applier')
      .requiredOption('--repo <url>', 'the Git repository that it is fed from')
      .option('--path <folder>', 'the folder in it', './')
      .option('--branch <name>', 'the branch', 'main')
      .option('--interval <duration>', 'how often it is looked at without a webhook', '1m')
      .option('--secret <name>', 'the Secret with the credentials of --repo', '')
      .option('--project <name>', 'the project that it belongs to', 'default'),
  ).action(async (name, options) => (await import('./cluster.ts')).addCluster(name, options))
}

function addLook(program: Command): void {
  withOutput(
    program
      .command('get')
      .description('list what there is')
      .addArgument(
        new Argument('<kind>', 'what to list').choices([
          'applications',
          'sources',
          'releases',
          'deployments',
          'clusters',
          'parked',
        ]),
      )
      .argument('[name]', 'of which application: for releases and deployments')
      .option('--cluster <name>', 'only of this cluster')
      .option('-n, --namespace <name>', 'only of this namespace'),
  ).action(async (kind, name, options) => (await import('./get.ts')).get(kind, name, options))
  withOutput(
    program
      .command('describe')
      .description('all that is known of an application')
      .argument('<application>'),
  ).action(async (name, options) => (await import('./describe.ts')).describe(name, options))
  withOutput(
    program
      .command('history')
      .description('the releases of an application, newest first')
      .argument('<application>'),
  ).action(async (name, options) => (await import('./get.ts')).get('releases', name, options))
  withOutput(
    program
      .command('why')
      .description('the chain from source to health, and its first broken link')
      .argument('<application>'),
  ).action(async (name, options) => (await import('./why.ts')).why(name, options))
  withOutput(
    program
      .command('events')
      .description('what has happened')
      .option('-f, --follow', 'go on with what comes')
      .option('--after <position>', 'only events behind this position', '0')
      .option('--application <name>', 'only of this application')
      .option('--type <name>', 'only of this type; may be repeated', collect, []),
  ).action(async (options) => (await import('./events.ts')).events(options))
}

/** The engines alone: their own flags, and the bytes that the upstream tools would print. */
function addRender(program: Command): void {
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
    process.exitCode = (await import('./render-kustomize.ts')).renderKustomize(argv, RENDER_IO)
  })
  engine('helm', 'what helm template NAME CHART prints').action(async (argv) => {
    process.exitCode = (await import('./render-helm.ts')).renderHelm(argv, RENDER_IO)
  })
}

const RENDER_IO = {
  out: (data: string | Uint8Array): void => {
    process.stdout.write(data)
  },
  err: (text: string): void => {
    process.stderr.write(text)
  },
}

function addChange(program: Command): void {
  withOutput(
    program
      .command('rollback')
      .description('put a release back; it holds until it is lifted')
      .argument('<application>')
      .option('--to <release>', 'the number of the release', COUNT)
      .option('--lift', 'end the hold, and go on to the newest release')
      .option('--reason <text>', 'why; it is kept'),
  ).action(async (name, options) => (await import('./change.ts')).rollback(name, options))
  withOutput(
    program
      .command('reconcile')
      .description('look at it now')
      .argument('<application>', 'an application, or with --source a source')
      .option('--source', 'the name is that of a source')
      .option('--with-source', 'look at its source first')
      .option('--approve-prune', 'deletions that a guard holds may go on')
      .option('--reason <text>', 'why; it is kept', ''),
  ).action(async (name, options) => (await import('./change.ts')).reconcile(name, options))
  withOutput(
    program
      .command('suspend')
      .description('let nothing new through to an application')
      .argument('<application>')
      .requiredOption('--reason <text>', 'why; it is kept')
      .option('--until <time>', 'when it ends by itself, such as 2026-12-24T18:00:00Z'),
  ).action(async (name, options) => (await import('./change.ts')).suspend(name, options))
  withOutput(
    program
      .command('resume')
      .description('end a suspension')
      .argument('<application>')
      .option('--reason <text>', 'why; it is kept', ''),
  ).action(async (name, options) => (await import('./change.ts')).resume(name, options))
  withServer(
    program
      .command('parked')
      .description('decide on an event that a service could not handle')
      .addArgument(new Argument('<resolution>').choices(['retry', 'skip']))
      .argument('<reader>', 'as tidemark get parked names it')
      .argument('<position>')
      .requiredOption('--reason <text>', 'why; it is kept'),
  ).action(async (resolution, reader, position, options) =>
    (await import('./change.ts')).resolveParked({ resolution, reader, position }, options),
  )
}

function addRecord(program: Command): void {
  const audit = program.command('audit').description('the record of all that happened')
  withOutput(
    audit
      .command('list')
      .description('every event, with who did it')
      .option('--after <position>', 'only events behind this position', '0')
      .option('--limit <number>', 'at most so many', '200')
      .option('--application <name>', 'only of this application'),
  ).action(async (options) => (await import('./audit.ts')).list(options))
  withOutput(
    audit
      .command('verify')
      .description('hash the whole ledger again and hold it against the signed root'),
  ).action(async (options) => (await import('./audit.ts')).verify(options))
}
