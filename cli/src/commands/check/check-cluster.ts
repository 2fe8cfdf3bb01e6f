import { systemClock } from '@tidemark/kernel'
import type { KubeClient } from '@tidemark/kube'
import { openCluster, type ClusterChoice } from '../../client/cluster-client.ts'
import type { Finding } from '../../client/findings.ts'

const LOOK_MS_MAX = 15_000
const SKEW_MS_MAX = 5_000 // Certificates and tokens begin to be refused at about a minute.
const MINOR_MIN = 33 // Three minors below 1.36, against which Tidemark is tested.
const NAMESPACE = 'default'

/** A cluster: whether it is reached, its version, our rights there, and its clock. */
export async function checkAccess(choice: ClusterChoice): Promise<readonly Finding[]> {
  const { cluster } = choice
  try {
    await using client = await openCluster(choice)
    using limit = systemClock.deadline(LOOK_MS_MAX)
    const version = await client.version(limit.signal)
    const rights = await checkRights(client, limit.signal)
    return [checkVersion(cluster, version), rights, await checkClock(client, limit.signal)]
  } catch (error) {
    return [
      {
        check: cluster,
        result: 'bad',
        message: error instanceof Error ? error.message : String(error),
        hint: `try kubectl --context ${choice.context ?? cluster} version; the address, the certificate and the sign-in come from the kubeconfig`,
      },
    ]
  }
}

function checkVersion(cluster: string, version: string): Finding {
  const minor = Number(/^v1\.(\d+)/u.exec(version)?.[1] ?? 0)
  const isOld = minor < MINOR_MIN
  const message = `the API server is reached, Kubernetes ${version}`
  const hint = `Tidemark is tested with 1.${MINOR_MIN} and newer`
  return { check: cluster, result: isOld ? 'warn' : 'ok', message, hint }
}

/** May we do all, as whoever delivers everything must? Asked of the API server itself. */
async function checkRights(client: KubeClient, signal: AbortSignal): Promise<Finding> {
  const check = `${client.cluster} rights`
  const kind = 'SelfSubjectAccessReview'
  const body = JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    spec: { resourceAttributes: { verb: '*', group: '*', resource: '*' } },
  })
  const ref = { group: 'authorization.k8s.io', version: 'v1', kind, namespace: '', name: '' }
  const answer = await client.create({ ref, body }, signal)
  if (answer.kind === 'refused')
    return answer.reason === 'kind-not-served'
      ? { check, result: 'ok', message: 'the cluster is simulated: everything may be done' }
      : { check, result: 'warn', message: `rights cannot be asked for: ${answer.message}` }
  const status: unknown = answer.object['status']
  const isAllowed =
    typeof status === 'object' && status !== null && Reflect.get(status, 'allowed') === true
  return isAllowed
    ? { check, result: 'ok', message: 'everything may be done' }
    : {
        check,
        result: 'warn',
        message: 'not everything may be done: what is forbidden fails when it is applied',
        hint: 'bind the ClusterRole cluster-admin, or roles for all that the repository holds',
      }
}

/** The server's clock, by what it says of an object that it would create, and does not. */
async function checkClock(client: KubeClient, signal: AbortSignal): Promise<Finding> {
  const check = `${client.cluster} clock`
  const name = 'tidemark-check'
  const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name }
  const metadata = { name, namespace: NAMESPACE }
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  const options = { fieldManager: name, conflicts: 'taken', dryRun: 'server' } as const
  const before = systemClock.now()
  const answer = await client.apply({ ref, body }, options, signal)
  const after = systemClock.now()
  if (answer.kind === 'refused')
    return { check, result: 'warn', message: `it cannot be asked for: ${answer.message}` }
  const written: unknown = answer.object['metadata']
  const created: unknown =
    typeof written === 'object' && written !== null
      ? Reflect.get(written, 'creationTimestamp')
      : undefined
  const there = Date.parse(String(created))
  if (Number.isNaN(there)) return { check, result: 'warn', message: 'the server says no time' }
  // The server's time has whole seconds.
  const skew = Math.max(before - (there + 1_000), there - after, 0)
  const seconds = (skew / 1000).toFixed(0)
  return {
    check,
    result: skew > SKEW_MS_MAX ? 'bad' : 'ok',
    message:
      skew > SKEW_MS_MAX ? `it differs by ${seconds} s from this one` : 'it agrees with this one',
    hint: 'set both by NTP: tokens and certificates are refused otherwise',
  }
}
