import type { Command } from 'commander'
import { withExamples, withOutput } from '../options.ts'

/** The clusters that are delivered to. */
export function addFleet(program: Command): void {
  const cluster = program.command('cluster').description('the clusters that are delivered to')
  addAdd(cluster)
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
  withExamples(cluster, 'cluster list', 'cluster check eu')
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
  withExamples(
    withOutput(add),
    'cluster add prod --context prod-eu --repo https://git.example.com/fleet.git --path clusters/prod',
  ).action(async (name, options) => (await import('../cluster.ts')).addCluster(name, options))
}
