import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import type { Cluster, KubeConfig, User } from '@kubernetes/client-node'
import type { Clock } from '@tidemark/kernel'

import { checkedServer, type ClusterAccess, type Credentials, type TlsOptions } from '../access.ts'
import { KubeconfigRefused } from '../errors.ts'
import { readUserExtras, type UserExtras } from './kubeconfig-user.ts'
import { signInProgram, type ProgramCredential } from './sign-in-program.ts'

export interface KubeconfigOptions {
  readonly path: string
  /** The context MUST be named: nobody's current context is ever used. */
  readonly context: string
  /** Whether the file may name programs to run for sign-in; only where the operator supplied it. */
  readonly exec: 'allowed' | 'refused'
  readonly clock: Clock
}

const KUBECONFIG_CHARACTERS_MAX = 4 * 1024 * 1024 // Hundreds of contexts with certificates; it is read whole.
const CREDENTIALS_KEEP_MS = 60_000 // Tokens in files are rotated; what a program gave has a time of its own.

/**
 * Access to the cluster of one context of a kubeconfig file: certificates, tokens, token files, passwords, exec plugins
 * and OIDC. The library that knows these is loaded here, on first use, and nowhere else. When the API server has
 * refused what the file gave, the file is read anew. Throws `KubeconfigRefused` with the file, the context and what
 * is wrong.
 */
export async function readKubeconfig(options: KubeconfigOptions): Promise<ClusterAccess> {
  const first = await openContext(options)
  const { cluster, namespace } = first
  let opened: Promise<OpenContext> = Promise.resolve(first)
  const ask = async (wanted: 'kept' | 'fresh'): Promise<Credentials> => {
    if (wanted === 'fresh') opened = openContext(options) // What a plugin gave is kept for ever otherwise.
    return signIn(await opened)
  }
  return {
    server: serverOf(cluster.server, options.path),
    namespace,
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    credentials: keepCredentials(options.clock, ask),
  }
}

/** The names of the contexts of a kubeconfig, in the order of the file. Throws `KubeconfigRefused`. */
export async function kubeconfigContexts(path: string): Promise<readonly string[]> {
  return (await loadKubeconfig(path)).config.getContexts().map(({ name }) => name)
}

interface OpenContext {
  readonly config: KubeConfig
  readonly cluster: Cluster
  readonly user: User
  readonly extras: UserExtras
  readonly namespace: string
  readonly path: string
  /** Signs in by a program, where the user names one. */
  readonly program: (() => Promise<ProgramCredential>) | undefined
}

async function openContext({
  path,
  context,
  exec,
  clock,
}: KubeconfigOptions): Promise<OpenContext> {
  const { config, text } = await loadKubeconfig(path)
  const refuse = (why: string): never => {
    throw new KubeconfigRefused(`kubeconfig ${path}: ${why}`)
  }
  const found = config.getContextObject(context)
  if (found === null)
    return refuse(`there is no context "${context}"; there are: ${namesOf(config.getContexts())}`)
  config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (cluster === null)
    return refuse(`context "${context}" names the cluster "${found.cluster}", which is not there`)
  const user = config.getCurrentUser()
  if (user === null)
    return refuse(`context "${context}" names the user "${found.user}", which is not there`)
  if (exec === 'refused' && runsPrograms(user))
    return refuse(
      `user "${user.name}" runs a program to sign in, which is not allowed here; use a token or a certificate`,
    )
  const extras = readUserExtras(text, user.name, refuse)
  const program = programOf({ config, user, cluster, path, clock })
  return { config, cluster, user, extras, namespace: found.namespace ?? 'default', path, program }
}

/** The program of a user, taken from the library: it would run it without bounds, and not tell it what kubectl tells. */
function programOf({
  config,
  user,
  ...rest
}: Pick<OpenContext, 'config' | 'user' | 'cluster' | 'path'> & { readonly clock: Clock }):
  | (() => Promise<ProgramCredential>)
  | undefined {
  const { exec, ...others } = user
  if (exec === undefined || exec === null) return undefined
  config.users = config.users.map((one) => (one.name === user.name ? others : one))
  return signInProgram({ exec, user: user.name, ...rest })
}

async function loadKubeconfig(
  path: string,
): Promise<{ readonly config: KubeConfig; readonly text: string }> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  try {
    const text = await readFile(path, 'utf8')
    if (text.length > KUBECONFIG_CHARACTERS_MAX)
      throw new Error(`is longer than ${KUBECONFIG_CHARACTERS_MAX} characters`)
    config.loadFromString(text)
    config.makePathsAbsolute(dirname(resolve(path)))
    config.clusters = config.clusters.map(withoutTls)
    return { config, text }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KubeconfigRefused(`kubeconfig ${path}: ${why}`, { cause })
  }
}

/** The library asks for this word before it speaks plain HTTP, as kubectl does by itself; there is nothing to verify. */
function withoutTls(cluster: Cluster): Cluster {
  return cluster.server.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster
}

function serverOf(server: string, path: string): string {
  try {
    return checkedServer(server)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KubeconfigRefused(`kubeconfig ${path}: ${why}`, { cause })
  }
}

/** Old sign-in providers name a program in `cmd-path`, which is as much a program as `exec`. */
function runsPrograms({ exec, authProvider }: User): boolean {
  if (exec !== undefined && exec !== null) return true
  const config: unknown = isRecord(authProvider) ? authProvider['config'] : undefined
  return isRecord(config) && config['cmd-path'] !== undefined
}

/** Asks again only when a minute has passed, or the API server refused what we had; one asks for all. */
function keepCredentials(
  clock: Clock,
  ask: ClusterAccess['credentials'],
): ClusterAccess['credentials'] {
  let kept: { readonly at: number; readonly value: Promise<Credentials> } | undefined
  return (wanted) => {
    const age = kept === undefined ? Infinity : clock.monotonic() - kept.at
    if (kept !== undefined && wanted === 'kept' && age < CREDENTIALS_KEEP_MS) return kept.value
    const value = ask(wanted)
    const entry = { at: clock.monotonic(), value }
    kept = entry
    value.catch(() => {
      if (kept === entry) kept = undefined // A failed sign-in is asked again by the next request.
    })
    return value
  }
}

async function signIn(opened: OpenContext): Promise<Credentials> {
  const { config, user, cluster, extras, path, program } = opened
  const given = await program?.()
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = { headers: {} }
  await config.applyToHTTPSOptions(options)
  const { ca, cert, key, rejectUnauthorized } = options
  const servername = cluster.tlsServerName
  const tls: TlsOptions = {
    ...material('ca', ca),
    ...material('cert', cert),
    ...material('key', key),
    ...given?.certificate,
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  }
  const headers = { ...headersOf(options.headers, user), ...extras.headers }
  if (given?.token !== undefined)
    return { headers: { ...headers, authorization: `Bearer ${given.token}` }, tls }
  if (extras.tokenFile === undefined) return { headers, tls }
  const token = await readFile(resolve(dirname(path), extras.tokenFile), 'utf8')
  return { headers: { ...headers, authorization: `Bearer ${token.trim()}` }, tls }
}

function material(name: 'ca' | 'cert' | 'key', value: unknown): Partial<TlsOptions> {
  return typeof value === 'string' || Buffer.isBuffer(value) ? { [name]: value } : {}
}

function headersOf(given: unknown, user: User): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  if (isRecord(given))
    for (const [name, value] of Object.entries(given))
      headers.set(name.toLowerCase(), String(value))
  if (user.username !== undefined && user.username !== '') {
    const password = `${user.username}:${user.password ?? ''}`
    headers.set('authorization', `Basic ${Buffer.from(password).toString('base64')}`)
  }
  return Object.fromEntries(headers)
}

function namesOf(entries: readonly { readonly name: string }[]): string {
  return entries.map(({ name }) => `"${name}"`).join(', ') || 'none'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
