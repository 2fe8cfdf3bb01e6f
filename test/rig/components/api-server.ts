import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'

import { Child, freePort, temporaryDir } from './child.ts'
import { program } from './component.ts'
import { type Etcd, startEtcd } from './etcd.ts'

export type ApiServerRelease = 'newest' | 'oldest'

/** The user of `ApiServer.token`; in `system:masters`, so RBAC allows it everything. */
const ADMIN_TOKEN = 'tidemark-test-admin'

export interface ApiServerOptions {
  /** The newest, unless the oldest that is told to work is asked for. */
  readonly release?: ApiServerRelease
  /** An etcd to share; without one, the server gets its own, which ends with it. */
  readonly etcd?: Etcd
  /** Further users by bearer token; what they may do is for RBAC objects to say. */
  readonly users?: readonly {
    readonly token: string
    readonly name: string
    readonly groups?: readonly string[]
  }[]
  readonly args?: readonly string[]
}

export interface ApiServer extends AsyncDisposable {
  readonly url: string
  readonly caFile: string
  /** A bearer token with all rights. */
  readonly token: string
  /** The path of a kubeconfig whose only context, `test`, uses the token. */
  readonly kubeconfig: string
  /** The key that signs ServiceAccount tokens, which the controller manager needs. */
  readonly serviceAccountKeyFile: string
  readonly log: () => string
  /** Ends the server as a crash does; what it stored stays in etcd. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port and with the same certificate. */
  restart(): Promise<void>
}

let prefixes = 0

/** A real kube-apiserver with RBAC and token sign-in, and without ServiceAccount admission, on a free port. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const binary = program(options.release === 'oldest' ? 'kube-apiserver-oldest' : 'kube-apiserver')
  await using held = new AsyncDisposableStack()
  const etcd = options.etcd ?? held.use(await startEtcd())
  const dir = temporaryDir('kube-apiserver')
  held.defer(() => dir.remove())
  const port = await freePort()
  const files = writeFiles(dir.path, port, options)
  const child = new Child({
    name: 'kube-apiserver',
    program: binary,
    args: [...serverArgs(dir.path, port, etcd.url), ...(options.args ?? [])],
    dir: dir.path,
    ready: () => isReady(files.url, files.caFile),
    readyMs: 60_000,
  })
  await child.start()
  held.defer(() => child.stop('SIGKILL'))
  const owned = held.move()
  return {
    ...files,
    token: ADMIN_TOKEN,
    log: () => child.log(),
    kill: () => child.stop('SIGKILL'),
    restart: () => child.start(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function serverArgs(dir: string, port: number, etcdUrl: string): readonly string[] {
  prefixes += 1
  return [
    `--etcd-servers=${etcdUrl}`,
    `--etcd-prefix=/${process.pid}-${prefixes}`, // One etcd serves the API servers of many tests.
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${dir}`,
    `--token-auth-file=${join(dir, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    `--service-account-key-file=${join(dir, 'sa.key')}`,
    `--service-account-signing-key-file=${join(dir, 'sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.0.0.0/16', // A /24 is full after 254 Services.
    '--disable-admission-plugins=ServiceAccount', // Pods need no ServiceAccount that a controller made first.
    '--profiling=false',
  ]
}

interface Files {
  readonly url: string
  readonly caFile: string
  readonly kubeconfig: string
  readonly serviceAccountKeyFile: string
}

function writeFiles(dir: string, port: number, options: ApiServerOptions): Files {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = join(dir, 'sa.key')
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const rows = [
    { token: ADMIN_TOKEN, name: 'admin', groups: ['system:masters'] },
    ...(options.users ?? []),
  ]
  const csv = rows.map(
    ({ token, name, groups }) => `${token},${name},${name},"${(groups ?? []).join(',')}"`,
  )
  writeFileSync(join(dir, 'tokens.csv'), `${csv.join('\n')}\n`, { mode: 0o600 })
  const url = `https://127.0.0.1:${port}`
  const caFile = join(dir, 'apiserver.crt') // The server writes its self-signed chain here.
  const kubeconfig = join(dir, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigText(url, caFile), { mode: 0o600 })
  return { url, caFile, kubeconfig, serviceAccountKeyFile: key }
}

function kubeconfigText(url: string, caFile: string): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    'current-context: test',
    `clusters: [{name: test, cluster: {server: "${url}", certificate-authority: "${caFile}"}}]`,
    `users: [{name: admin, user: {token: ${ADMIN_TOKEN}}}]`,
    'contexts: [{name: test, context: {cluster: test, user: admin}}]',
    '',
  ].join('\n')
}

async function isReady(url: string, caFile: string): Promise<boolean> {
  if (!existsSync(caFile)) return false
  const ca = readFileSync(caFile)
  return new Promise<boolean>((resolve, reject) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    const sent = request(
      `${url}/readyz`,
      { ca, headers, agent: false, timeout: 2_000 },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    sent.once('timeout', () => sent.destroy(new Error('timeout')))
    sent.once('error', reject)
    sent.end()
  })
}
