import { spawn } from 'node:child_process'
import { dirname, isAbsolute, resolve } from 'node:path'

import type { Cluster } from '@kubernetes/client-node'
import type { Clock } from '@tidemark/kernel'

/** What a program gave: a token, or a certificate with its key. */
export interface ProgramCredential {
  readonly token?: string
  readonly certificate?: { readonly cert: string; readonly key: string }
}

export interface SignInProgramOptions {
  /** The `exec` of a kubeconfig's user. */
  readonly exec: unknown
  /** How messages name the user. */
  readonly user: string
  readonly cluster: Cluster
  /** The kubeconfig: a command that is a relative path starts from its folder. */
  readonly path: string
  readonly clock: Clock
}

const RUN_MS_MAX = 60_000 // Cloud sign-ins ask a server; who needs longer is stuck.
const OUTPUT_BYTES_MAX = 1024 * 1024 // A token and two certificates are some KiB.
const SAID_CHARACTERS_MAX = 300
const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/**
 * A sign-in program as kubectl runs it: told of itself in KUBERNETES_EXEC_INFO, without a terminal. What it gave is
 * kept until it expires. The function rejects with an `Error` that names the program, and what it said.
 */
export function signInProgram(options: SignInProgramOptions): () => Promise<ProgramCredential> {
  const spec = readSpec(options)
  let kept: { readonly until: number; readonly value: ProgramCredential } | undefined
  return async () => {
    if (kept !== undefined && options.clock.now() < kept.until) return kept.value
    const answer = readAnswer(spec, await run(spec))
    kept = answer
    return answer.value
  }
}

interface Spec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly apiVersion: string
  readonly hint: string
}

function readSpec({ exec, user, cluster, path }: SignInProgramOptions): Spec {
  const field = (name: string): unknown => Reflect.get(Object(exec), name)
  const command = field('command')
  const refuse = (why: string): never => {
    throw new Error(`kubeconfig ${path}: user "${user}": exec ${why}`)
  }
  if (typeof command !== 'string' || command === '') return refuse('names no command')
  const apiVersion = field('apiVersion')
  if (typeof apiVersion !== 'string' || !API_VERSIONS.includes(apiVersion))
    return refuse(`has the apiVersion ${String(apiVersion)}; use ${API_VERSIONS.join(' or ')}`)
  if (field('interactiveMode') === 'Always')
    return refuse('needs a terminal (interactiveMode: Always), and there is none here')
  const isPath = command.includes('/') && !isAbsolute(command)
  const given = listOf(field('env')).map((entry) => [
    String(Reflect.get(Object(entry), 'name')),
    String(Reflect.get(Object(entry), 'value')),
  ])
  const info = execInfo(apiVersion, field('provideClusterInfo') === true ? cluster : undefined)
  const hint = field('installHint')
  return {
    name: command,
    command: isPath ? resolve(dirname(path), command) : command,
    args: listOf(field('args')).map(String),
    env: { ...Object.fromEntries(given), KUBERNETES_EXEC_INFO: info },
    apiVersion,
    hint: typeof hint === 'string' ? `; ${hint.trim()}` : '',
  }
}

function execInfo(apiVersion: string, cluster: Cluster | undefined): string {
  const told =
    cluster === undefined
      ? {}
      : {
          cluster: {
            server: cluster.server,
            ...(cluster.caData === undefined
              ? {}
              : { 'certificate-authority-data': cluster.caData }),
            ...(cluster.tlsServerName === undefined
              ? {}
              : { 'tls-server-name': cluster.tlsServerName }),
            ...(cluster.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
          },
        }
  return JSON.stringify({
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...told },
  })
}

function run(spec: Spec): Promise<string> {
  return new Promise((resolved, rejected) => {
    const failed = (why: string, cause?: unknown): void => {
      rejected(new Error(`${spec.name}, which signs in, ${why}${spec.hint}`, { cause }))
    }
    const child = spawn(spec.command, spec.args, {
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS_MAX,
      killSignal: 'SIGKILL',
    })
    const [out, err] = [new Collected(), new Collected()]
    child.stdout.on('data', (bytes: Buffer) => {
      if (!out.add(bytes)) child.kill('SIGKILL')
    })
    child.stderr.on('data', (bytes: Buffer) => void err.add(bytes))
    child.once('error', (cause) => failed(`cannot be started: ${cause.message}`, cause))
    // What it started may still hold the pipes: nobody waits for that.
    child.once('exit', (_, signal) => {
      if (signal === null) return
      child.stdout.destroy()
      child.stderr.destroy()
    })
    child.once('close', (code, signal) => {
      if (out.isFull) failed(`printed more than ${OUTPUT_BYTES_MAX} bytes`)
      else if (signal !== null) failed(`was ended by ${signal} (it has ${RUN_MS_MAX / 1000} s)`)
      else if (code !== 0)
        failed(`ended with ${code}: ${err.text().trim().slice(0, SAID_CHARACTERS_MAX)}`)
      else resolved(out.text())
    })
  })
}

/** Bytes up to a bound; what comes after is dropped. */
class Collected {
  readonly #parts: Buffer[] = []
  #bytes = 0

  get isFull(): boolean {
    return this.#bytes > OUTPUT_BYTES_MAX
  }

  add(bytes: Buffer): boolean {
    this.#bytes += bytes.length
    if (!this.isFull) this.#parts.push(bytes)
    return !this.isFull
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('utf8')
  }
}

/** Nothing of the output is ever shown: it is a credential. */
function readAnswer(
  spec: Spec,
  text: string,
): { readonly until: number; readonly value: ProgramCredential } {
  const refuse = (why: string): never => {
    throw new Error(`${spec.name}, which signs in, ${why}${spec.hint}`)
  }
  const answer = parse(text) ?? refuse('printed something that is no JSON')
  if (Reflect.get(answer, 'kind') !== 'ExecCredential') return refuse('printed no ExecCredential')
  if (Reflect.get(answer, 'apiVersion') !== spec.apiVersion)
    return refuse(`answered in another apiVersion than ${spec.apiVersion}`)
  const status = Object(Reflect.get(answer, 'status'))
  const [token, cert, key] = ['token', 'clientCertificateData', 'clientKeyData'].map(
    (name): unknown => Reflect.get(status, name),
  )
  const isPair = typeof cert === 'string' && typeof key === 'string'
  if (typeof token !== 'string' && !isPair)
    return refuse('gave neither a token nor a certificate with its key')
  const expires: unknown = Reflect.get(status, 'expirationTimestamp')
  const until = typeof expires === 'string' ? Date.parse(expires) : Number.POSITIVE_INFINITY
  return {
    until: Number.isNaN(until) ? 0 : until,
    value: {
      ...(typeof token === 'string' ? { token } : {}),
      ...(isPair ? { certificate: { cert, key } } : {}),
    },
  }
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
