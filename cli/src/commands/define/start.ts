import type { Writer } from '@tidemark/contracts'
import { Argument, Option, type Command } from 'commander'
import { collect, readCount, withExamples, withOutput } from '../options.ts'

// The type holds that none is missing: the list itself is in the contracts, and loading them would delay help.
const SERVICES: Readonly<Record<Writer, true>> = {
  ledger: true,
  fetcher: true,
  renderer: true,
  releaser: true,
  applier: true,
  auditor: true,
  gateway: true,
}

/** What starts a plane, or looks whether one could start. */
export function addStart(program: Command): void {
  addUp(program)
  addServe(program)
  addKeys(program)
  addCheck(program)
  addDoctor(program)
}

function addUp(program: Command): void {
  const up = program
    .command('up')
    .description('start a whole control plane on this machine')
    .option('--repo <url>', 'the Git repository to deliver; without it a sample fleet is made')
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
    .option(
      '--mirror <FROM=TO>',
      'ask TO instead of this registry, chart repository or Git host; may be repeated',
      collect,
      [],
    )
    .option('--data-dir <folder>', 'where state is kept', './.tidemark')
    .option('--port <number>', 'port of the API; else 7373 or any free one', readCount)
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
  withExamples(
    up,
    'up                             three simulated clusters and a sample fleet',
    'up --exit-when-ready           the same, as a test: 0 when all is delivered',
    'up --repo https://git.example.com/fleet.git --path clusters/prod --context prod-eu=prod',
  ).action(async (options) => (await import('../up.ts')).up(options))
}

function addServe(program: Command): void {
  const serve = program
    .command('serve')
    .description('run one service of the platform form, or all of them')
    .addArgument(new Argument('<service>', 'which one').choices(['all', ...Object.keys(SERVICES)]))
    .addHelpText('after', '\nSettings come from the environment: docs/operations.md lists them.')
  withExamples(serve, 'serve all', 'serve applier').action(async (service) =>
    (await import('../serve.ts')).serve(service),
  )
}

function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('make the keys of a new platform: of its services, its bus and its operator')
    .argument('<folder>', 'a new folder; what it holds is secret')
    .option(
      '--nats-tls-dir <folder>',
      'where nats-server will find tls.crt, tls.key and ca.crt',
      '/etc/nats-certs/tidemark',
    )
  withExamples(keys, 'keys ./platform-keys').action(async (folder, options) =>
    (await import('../keys.ts')).keys(folder, options),
  )
}

function addCheck(program: Command): void {
  const check = program
    .command('check')
    .description('look before the start: versions, rights, what can be reached, clocks, registries')
    .option('--repo <url>', 'the Git repository that would be delivered')
    .option('--branch <name>', 'the branch of --repo', 'main')
    .option('--git-username <name>', 'user name for --repo')
    .option('--git-password-file <file>', 'file with the password of --git-username')
    .option('--git-token-file <file>', 'file with a bearer token for --repo')
    .option('--git-ca-file <file>', 'certificate authority of the Git server')
    .option('--context <CTX=NAME>', 'a kubeconfig context to look at; may be repeated', collect, [])
    .option('--kubeconfig <file>', 'where --context is looked up')
    .option(
      '--image <name>',
      'an image whose registry must be reached; may be repeated',
      collect,
      [],
    )
  withExamples(
    withOutput(check),
    'check',
    'check --repo https://git.example.com/fleet.git --context prod-eu=prod',
    'check --image ghcr.io/example/shop:1.2.0',
  ).action(async (options) => (await import('../check.ts')).check(options))
}

function addDoctor(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('look at a plane that runs: what is wrong, and what to do about it')
  withExamples(withOutput(doctor), 'doctor', 'doctor -o json').action(async (options) =>
    (await import('../doctor.ts')).doctor(options),
  )
}
