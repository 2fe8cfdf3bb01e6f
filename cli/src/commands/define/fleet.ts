import type { Command } from 'commander'
import { collect, withExamples, withOutput } from '../options.ts'

/** The clusters that are delivered to. */
export function addFleet(program: Command): void {
  const cluster = program.command('cluster').description('the clusters that are delivered to')
  addAdd(cluster)
  addRemove(cluster)
  const list = cluster.command('list').description('the clusters, and whether they can be reached')
  withExamples(withOutput(list), 'cluster list', 'cluster list -o name').action(async (options) =>
    (await import('../get.ts')).get('clusters', undefined, options),
  )
  const check = cluster
    .command('check')
    .description('look at a cluster: whether it is reached, its version, rights and clock')
    .argument('<name>')
    .option('--kubeconfig <file>', 'how to reach it from here')
    .option('--context <name>', 'the context in it; else the one that is registered')
  withExamples(withOutput(check), 'cluster check eu').action(async (name, options) =>
    (await import('../check.ts')).checkCluster(name, options),
  )
  withExamples(cluster, 'cluster list', 'cluster check eu', 'cluster remove eu --reason "moved"')
}

function addAdd(cluster: Command): void {
  const add = cluster
    .command('add')
    .description('register a cluster, and say what it is fed from')
    .argument('<name>', 'what it is called here')
    .requiredOption('--context <name>', 'its context in the kubeconfig of the applier')
    .requiredOption('--repo <url>', 'the Git repository that it is fed from')
    .option('--path <folder>', 'the folder in it', './')
    .option('--branch <name>', 'the branch', 'main')
    .option('--interval <duration>', 'how often it is looked at without a webhook', '1m')
    .option('--secret <name>', 'the Secret with the credentials of --repo', '')
    .option('--project <name>', 'the project that it belongs to', 'default')
    .option('--label <KEY=VALUE>', 'a label; may be repeated', collect, [])
    .option(
      '--variable <KEY=VALUE>',
      'a value for spec.postBuild of what is delivered there; may be repeated',
      collect,
      [],
    )
  withExamples(
    withOutput(add),
    'cluster add prod --context prod-eu --repo https://git.example.com/fleet.git --path clusters/prod',
    'cluster add eu --context prod-eu --repo https://git.example.com/fleet.git --variable region=eu-west',
  ).action(async (name, options) => (await import('../cluster.ts')).addCluster(name, options))
}

function addRemove(cluster: Command): void {
  const remove = cluster
    .command('remove')
    .description('look after a cluster no longer; nothing on it is changed or deleted')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why; it is kept')
    .option('--with-applications', 'also where applications are still delivered to it')
    .addHelpText(
      'after',
      '\nWhat was delivered stays as it is. Registered again and fed from the same repository, it is taken over again.',
    )
  withExamples(
    withOutput(remove),
    'cluster remove staging --reason "moved to another region"',
    'cluster remove staging --with-applications --reason "handed over to another team"',
  ).action(async (name, options) => (await import('../cluster.ts')).removeCluster(name, options))
}

/** Values of Secrets that Flux objects name. */
export function addSecret(program: Command): void {
  const secret = program
    .command('secret')
    .description('values of Secrets that Flux objects name, for where their cluster has none')
  const set = secret
    .command('set')
    .description('set the values of a Secret; what was set before is replaced, and never shown')
    .argument('<name>', 'its name')
    .requiredOption('--cluster <name>', 'the cluster on which it is named')
    .option('-n, --namespace <name>', 'its namespace', 'flux-system')
    .option(
      '--from-file <KEY=FILE>',
      'a key, and the file with its value; may be repeated',
      collect,
      [],
    )
    .option('--from-stdin <KEY>', 'a key, whose value comes on stdin')
    .option('--from-literal <KEY=VALUE>', 'a key and its value; may be repeated', collect, [])
    .option('--unset', 'take back what was set')
  withExamples(
    withOutput(set),
    'secret set git-token --cluster prod --from-literal username=git --from-file password=token.txt',
    'secret set git-token --cluster prod --unset',
  ).action(async (name, options) => (await import('../secret.ts')).setSecret(name, options))
  const list = secret
    .command('list')
    .description('the Secrets that are named or were set: names and keys, never values')
    .option('--cluster <name>', 'only of this cluster')
  withExamples(withOutput(list), 'secret list', 'secret list --cluster prod').action(
    async (options) => (await import('../secret.ts')).listSecrets(options),
  )
  withExamples(
    secret,
    'secret set git-token --cluster prod --from-file password=token.txt',
    'secret list',
  )
}
