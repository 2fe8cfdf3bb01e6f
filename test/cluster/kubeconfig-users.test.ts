import { systemClock, systemRandom } from '@tidemark/kernel'
import { KubeClient, readKubeconfig, type ListAnswer } from '@tidemark/kube'
import { textField } from '@tidemark/manifests'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NAMESPACE, objectNamed, objectsOf, tidemarkRender } from '../chart/render-chart.ts'
import {
  startApiServer,
  type ApiServer,
  type ApiServerRelease,
} from '../rig/components/api-server.ts'
import { makeCertificates, type Certificates } from '../rig/components/certificates.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'

const NEVER = new AbortController().signal
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' }

describeWith(['etcd', 'kube-apiserver', 'kubectl', 'openssl'], 'users of a kubeconfig', () => {
  usersSuite('newest')
})

describeWith(
  ['etcd', 'kube-apiserver-oldest', 'kubectl', 'openssl'],
  'users of a kubeconfig, three minors back',
  () => {
    usersSuite('oldest')
  },
)

/** Every way of a kubeconfig to say who one is, against a real API server. */
function usersSuite(release: ApiServerRelease): void {
  const dir = temporaryDir('users')
  const stack = new AsyncDisposableStack()
  let server: ApiServer
  let certificates: Certificates

  beforeAll(async () => {
    stack.defer(() => dir.remove())
    certificates = stack.use(await makeCertificates())
    server = stack.use(
      await startApiServer({
        release,
        users: [{ token: 'visitor-token', name: 'visitor' }],
        args: [`--client-ca-file=${certificates.caFile}`],
      }),
    )
  }, 120_000)
  afterAll(() => stack.disposeAsync())

  /** Lists as this user; one without rights is told by name who it is. */
  const listAs = async (
    user: string,
    exec: 'allowed' | 'refused' = 'refused',
  ): Promise<ListAnswer> => {
    const path = join(dir.path, 'kubeconfig')
    writeFileSync(path, kubeconfigText(server, user))
    return await list(path, 'a', exec)
  }

  test('a token, and a token in a file that is rotated', async () => {
    expect(await listAs(`{token: ${server.token}}`)).toMatchObject({ kind: 'listed' })
    writeFileSync(join(dir.path, 'token'), 'nobody\n')
    const path = join(dir.path, 'rotating')
    writeFileSync(path, kubeconfigText(server, '{tokenFile: token}'))
    await using client = await open(path, 'a', 'refused')
    await expect(client.list(CONFIG_MAP, {}, NEVER)).rejects.toMatchObject({
      code: 'cluster-sign-in-refused',
    })
    writeFileSync(join(dir.path, 'token'), `${server.token}\n`)
    expect(await client.list(CONFIG_MAP, {}, NEVER)).toMatchObject({ kind: 'listed' })
  })

  test('a client certificate, in files and in the kubeconfig itself', async () => {
    const pair = await certificates.client('carrier')
    const files = `{client-certificate: ${pair.certFile}, client-key: ${pair.keyFile}}`
    expect(await listAs(files)).toMatchObject(refusedTo('carrier'))
    const [certificate, key] = [encoded(pair.certFile), encoded(pair.keyFile)]
    const inside = `{client-certificate-data: ${certificate}, client-key-data: ${key}}`
    expect(await listAs(inside)).toMatchObject(refusedTo('carrier'))
  })

  test('a program that prints a token, only where programs may run', async () => {
    const user = programUser(dir.path, { token: 'visitor-token' })
    expect(await listAs(user, 'allowed')).toMatchObject(refusedTo('visitor'))
    await expect(listAs(user, 'refused')).rejects.toThrow('runs a program to sign in')
  })

  test('a program that prints a certificate', async () => {
    const pair = await certificates.client('issued')
    const user = programUser(dir.path, {
      clientCertificateData: readFileSync(pair.certFile, 'utf8'),
      clientKeyData: readFileSync(pair.keyFile, 'utf8'),
    })
    expect(await listAs(user, 'allowed')).toMatchObject(refusedTo('issued'))
  })

  test('a program whose token has expired is asked again, at once', async () => {
    const path = join(dir.path, 'expiring')
    writeFileSync(path, kubeconfigText(server, programUser(dir.path, { token: 'nobody' })))
    await using client = await open(path, 'a', 'allowed')
    await expect(client.list(CONFIG_MAP, {}, NEVER)).rejects.toMatchObject({
      code: 'cluster-sign-in-refused',
    })
    programUser(dir.path, { token: server.token })
    expect(await client.list(CONFIG_MAP, {}, NEVER)).toMatchObject({ kind: 'listed' })
  })

  test('a program that fails is told by its name, and what it says', async () => {
    const script = join(dir.path, 'broken.sh')
    writeFileSync(script, '#!/bin/sh\necho "no such profile" >&2\nexit 3\n', { mode: 0o755 })
    const listed = listAs(execUser(script), 'allowed')
    await expect(listed).rejects.toMatchObject({ code: 'cluster-sign-in-failed', retry: 'later' })
    await expect(listed).rejects.toThrow('broken.sh, which signs in, ended with 3: no such profile')
  })

  test('the ServiceAccount of the chart, by the files of its pod', async () => {
    const objects = objectsOf(tidemarkRender([]))
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }
    const account = objectNamed(objects, { kind: 'ServiceAccount', name: 'tidemark-applier' })
    const mounted = join(dir.path, 'serviceaccount')
    mkdirSync(mounted)
    writeFileSync(join(mounted, 'ca.crt'), readFileSync(server.caFile))
    for (const object of [namespace, account]) kubectl(server, ['apply', '-f', '-'], object)
    const token = kubectl(server, ['create', 'token', 'tidemark-applier', '-n', NAMESPACE])
    writeFileSync(join(mounted, 'token'), token)
    const map = objectNamed(objects, { kind: 'ConfigMap', name: 'tidemark-in-cluster' })
    const path = join(dir.path, 'in-cluster')
    const text = textField(map, 'data', 'kubeconfig') ?? ''
    writeFileSync(
      path,
      text
        .replaceAll('/var/run/secrets/kubernetes.io/serviceaccount', mounted)
        .replace('https://kubernetes.default.svc', server.url),
    )
    const who = `system:serviceaccount:${NAMESPACE}:tidemark-applier`
    expect(await list(path, 'in-cluster', 'refused')).toMatchObject(refusedTo(who))
    const name = `${NAMESPACE}-tidemark-applier`
    const binding = objectNamed(objects, { kind: 'ClusterRoleBinding', name })
    kubectl(server, ['apply', '-f', '-'], binding)
    await expect
      .poll(() => list(path, 'in-cluster', 'refused'), { timeout: 10_000 })
      .toMatchObject({ kind: 'listed' })
  })
}

function refusedTo(user: string): object {
  return { kind: 'refused', message: expect.stringContaining(`User "${user}"`) }
}

async function list(
  path: string,
  context: string,
  exec: 'allowed' | 'refused',
): Promise<ListAnswer> {
  await using client = await open(path, context, exec)
  return await client.list(CONFIG_MAP, {}, NEVER)
}

async function open(
  path: string,
  context: string,
  exec: 'allowed' | 'refused',
): Promise<KubeClient> {
  const access = await readKubeconfig({ path, context, exec, clock: systemClock })
  return new KubeClient({ cluster: 'real', access, clock: systemClock, random: systemRandom })
}

function kubeconfigText({ url, caFile }: ApiServer, user: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "${url}", certificate-authority: ${caFile}}}]
users: [{name: a, user: ${user}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`
}

/** A sign-in plugin that prints what it is given; called again, it prints the newest. */
function programUser(dir: string, status: Readonly<Record<string, string>>): string {
  const [script, answer] = [join(dir, 'sign-in.sh'), join(dir, 'answer.json')]
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status,
  }
  writeFileSync(`${answer}.new`, JSON.stringify(credential))
  renameSync(`${answer}.new`, answer) // One that runs just now reads the old or the new one, whole.
  writeFileSync(script, `#!/bin/sh\nexec cat ${answer}\n`, { mode: 0o755 })
  return execUser(script)
}

function execUser(command: string): string {
  return `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, interactiveMode: Never}}`
}

function encoded(path: string): string {
  return readFileSync(path).toString('base64')
}

function kubectl({ kubeconfig }: ApiServer, args: readonly string[], object?: unknown): string {
  const { status, stdout, stderr } = spawnSync(
    program('kubectl'),
    ['--kubeconfig', kubeconfig, ...args],
    { encoding: 'utf8', ...(object === undefined ? {} : { input: JSON.stringify(object) }) },
  )
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout.trim()
}
