import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { type AddressPolicy, checkAddress, checkHost, checkProxiedHost } from '../address-policy.ts'
import { GitRefused } from '../git-refused.ts'
import type { ProxyChoice, SshLogin } from '../git-source.ts'
import type { GitLimits } from '../limits.ts'
import type { SshUrl } from '../remote-url.ts'
import { type Advertisement, readAdvertisement } from './advertisement.ts'
import { connectionError } from './connection-error.ts'
import { packBody, readPack } from './fetch-pack.ts'
import { listRefsBody, readRefs } from './list-refs.ts'
import { openDoor } from './local-door.ts'
import { FLUSH, PacketReader } from './pkt-line.ts'
import { chosenProxy } from './proxy.ts'
import { serverText } from './server-text.ts'
import { type SshChild, type SshConnection, startSsh } from './ssh-child.ts'
import { sshFailure, sshMissing } from './ssh-failure.ts'
import type { PackRequest, Ref, Transport } from './transport.ts'
import { openTunnel } from './tunnel.ts'

export interface SmartSshOptions {
  readonly url: SshUrl
  readonly policy: AddressPolicy
  readonly login: SshLogin
  /** What the source names; the environment's proxies are for HTTP. */
  readonly proxy: ProxyChoice | undefined
  readonly limits: GitLimits
  /** Only ours: keys lie there while a connection lasts. */
  readonly folder: string
}

/**
 * Git over SSH (gitprotocol-pack, gitprotocol-v2): one connection for each call, version 2 where the server takes the
 * variable that asks for it, else 0. The address is looked up and held against the policy here, and is the one that
 * ssh connects to; through a proxy, we connect and ssh uses a door to that. The key of the server must be in the
 * Secret's known_hosts.
 */
export class SmartSsh implements Transport {
  readonly display: string
  readonly #options: SmartSshOptions

  constructor(options: SmartSshOptions) {
    this.#options = options
    this.display = options.url.display
  }

  async listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]> {
    const { refs, refBytes } = this.#options.limits
    await using session = await this.#open(refBytes, signal)
    return await session.answer(async (packets) => {
      const server = await readAdvertisement(packets, { refsMax: refs, serverSays })
      if (server.version === 0) {
        session.child.stdin.end(FLUSH)
        return server.refs.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)))
      }
      session.child.stdin.write(listRefsBody(prefixes, server))
      const found = await readRefs(packets, { refsMax: refs, serverSays })
      session.child.stdin.end(FLUSH)
      return found
    })
  }

  async *fetchPack(request: PackRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { refs, refBytes, packBytes } = this.#options.limits
    await using session = await this.#open(packBytes * 1.01 + refBytes, signal)
    const server: Advertisement = await session.answer((packets) =>
      readAdvertisement(packets, { refsMax: refs, serverSays }),
    )
    // The command of version 2 is followed by an end of commands; then the server has nothing to wait for.
    session.child.stdin.end(packBody(request, server) + (server.version === 2 ? FLUSH : ''))
    const pack = readPack(session.packets, { server, depth: request.depth, serverSays })
    for (;;) {
      const { done, value } = await session.answer(() => pack.next())
      if (done === true) return
      yield value
    }
  }

  [Symbol.dispose](): void {
    // Nothing is kept between calls.
  }

  async #open(bytesMax: number, signal: AbortSignal): Promise<Session> {
    const { url, login, limits, folder } = this.#options
    await using held = new AsyncDisposableStack()
    const at = await this.#placeOf(held, signal)
    const connection = held.use(
      await startSsh({
        ...url,
        folder,
        login,
        at,
        command: `git-upload-pack ${quoted(url.path)}`,
        connectSeconds: Math.max(1, Math.ceil(limits.idleMs / 1000)),
      }),
    )
    return new Session(connection, { bytesMax, signal, end: held.move() })
  }

  /** What ssh connects to. */
  async #placeOf(
    held: AsyncDisposableStack,
    signal: AbortSignal,
  ): Promise<{ readonly address: string; readonly port: number }> {
    const { url, policy, proxy, limits } = this.#options
    const { host, port } = url
    if (proxy === undefined) return { address: await addressOf(policy, host, signal), port }
    checkProxiedHost(policy, host)
    const via = await chosenProxy(proxy, policy, signal)
    const { idleMs } = limits
    return held.use(await openDoor(await openTunnel(via, { host, port }, { idleMs, signal })))
  }
}

const serverSays = (text: string): Error => serverText(text, [])

/** The first address of a host; all of them are held against the policy. */
async function addressOf(
  policy: AddressPolicy,
  host: string,
  signal: AbortSignal,
): Promise<string> {
  checkHost(policy, host)
  try {
    const addresses = await lookup(host, { all: true })
    for (const { address } of addresses) checkAddress(policy, host, address)
    const [first] = addresses
    if (first === undefined) throw new Error(`${host} has no address`)
    return first.address
  } catch (error) {
    throw connectionError(error, signal)
  }
}

/** For the shell that the server may have. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`
}

/** One connection while it is read. */
class Session implements AsyncDisposable {
  readonly child: SshChild
  readonly packets: PacketReader
  readonly #signal: AbortSignal
  readonly #end: AsyncDisposable
  readonly #closed: Promise<{ readonly code: number | null; readonly error?: Error }>
  readonly #stop: () => void
  readonly #said: SshConnection['said']

  constructor(
    { child, said }: SshConnection,
    {
      bytesMax,
      signal,
      end,
    }: { readonly bytesMax: number; readonly signal: AbortSignal; readonly end: AsyncDisposable },
  ) {
    this.child = child
    this.#signal = signal
    this.#end = end
    this.#said = said
    this.#closed = Promise.race([
      once(child, 'close').then(([code]) => ({ code: typeof code === 'number' ? code : null })),
      once(child, 'error').then(([error]) => ({ code: null, error: Object(error) })),
    ])
    this.#closed.catch(() => undefined)
    this.#stop = () => void child.kill('SIGKILL')
    signal.addEventListener('abort', this.#stop, { once: true })
    const tooLong = (): Error =>
      new GitRefused(
        'SOURCE_SIZE',
        `the server sends more than ${Math.floor(bytesMax)} bytes; it is cut off`,
      )
    this.packets = new PacketReader(child.stdout, bytesMax, tooLong)
  }

  /** Reads a part of the answer. Where the connection ended with it, and not well, what ssh said is the reason. */
  async answer<T>(read: (packets: PacketReader) => Promise<T>): Promise<T> {
    const found = await read(this.packets).catch(async (error: unknown) => {
      this.#signal.throwIfAborted()
      throw (await this.#failure()) ?? error
    })
    this.#signal.throwIfAborted()
    const failure = await this.#failure()
    if (failure !== undefined) throw failure
    return found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop)
    await this.#end[Symbol.asyncDispose]()
  }

  /** Why the connection is over, where it is, and did not end well. */
  async #failure(): Promise<Error | undefined> {
    if (!this.child.stdout.readableEnded) return undefined
    const { code, error } = { error: undefined, ...(await this.#closed) }
    if (error !== undefined && 'code' in error && error.code === 'ENOENT') return sshMissing()
    return code === 0 ? undefined : sshFailure({ code, said: this.#said() })
  }
}
