import { applicationPath, ClusterAccess, type KeyValue } from '@tidemark/contracts'
import { connect } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { print } from '../client/print.ts'
import { choiceOf, type OutputOptions } from './options.ts'
import { readDuration } from './up-options.ts'

export interface AddClusterOptions extends OutputOptions {
  readonly context: string
  readonly repo: string
  readonly path: string
  readonly branch: string
  readonly interval: string
  readonly secret: string
  readonly project: string
  readonly label: readonly string[]
  readonly variable: readonly string[]
}

/** `tidemark cluster add NAME --context CTX --repo URL`. */
export async function addCluster(cluster: string, options: AddClusterOptions): Promise<void> {
  const { context, repo, path, branch, interval, secret, project } = options
  const labels = readPairs(options.label, '--label')
  const variables = readPairs(options.variable, '--variable')
  using api = await connect(choiceOf(options))
  const kind = { $case: 'kubeconfigContext', value: { context, path: '' } } as const
  const access = ClusterAccess.fromPartial({ kind })
  await api.call(api.raw.registerCluster, { cluster, access, project, labels, variables })
  const declared = await api.call(api.raw.declareRoot, {
    cluster,
    project,
    url: repo,
    ref: { branch, tag: '', semver: '', name: '', commit: '' },
    path,
    intervalMs: BigInt(readDuration(interval, '--interval')),
    secretName: secret,
  })
  print(options.output, {
    value: declared,
    text: () => `${cluster} is fed from ${repo} ${path} (${declared.applicationId})`,
  })
}

/** `KEY=VALUE`, several times; sorted by key. */
function readPairs(texts: readonly string[], option: string): KeyValue[] {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new CommandError(`${option} ${text}: write KEY=VALUE`, EXIT.usage)
    return { key: text.slice(0, at), value: text.slice(at + 1) }
  })
  return pairs.toSorted((left, right) => (left.key < right.key ? -1 : 1))
}

export interface RemoveClusterOptions extends OutputOptions {
  readonly reason: string
  readonly withApplications?: boolean
}

/** `tidemark cluster remove NAME --reason TEXT`. */
export async function removeCluster(cluster: string, options: RemoveClusterOptions): Promise<void> {
  const { reason, withApplications = false } = options
  using api = await connect(choiceOf(options))
  const removed = await api.call(api.raw.removeCluster, { cluster, reason, withApplications })
  const left = removed.applications.map(applicationPath)
  print(options.output, {
    value: removed,
    text: () =>
      [
        `${cluster} is no longer looked after; nothing on it was changed (event ${removed.position})`,
        ...left.map((path) => `  left there as it is: ${path}`),
      ].join('\n'),
  })
}
