import { isIP, type Socket } from 'node:net'
import { GitRefused, SourceUnavailable } from '../git-refused.ts'
import type { TunnelTarget } from './tunnel.ts'

export interface SocksLogin {
  readonly username: string
  readonly password: string
}

const VERSION = 5
const LOGIN_VERSION = 1
const NO_LOGIN = 0
const BY_PASSWORD = 2
const CONNECT = 1
const BY_ADDRESS_4 = 1
const BY_NAME = 3
const BY_ADDRESS_6 = 4
const TEXT_BYTES_MAX = 255

/** What RFC 1928 answers with; an answer that is not here is a refusal. */
const OUTAGES = new Map([
  [1, 'it fails in general'],
  [3, 'the network cannot be reached'],
  [4, 'the host cannot be reached, or its name does not resolve there'],
  [5, 'nothing listens there'],
  [6, 'it took too long'],
])

/**
 * Asks a SOCKS5 proxy (RFC 1928, with RFC 1929 for a login) at the other end of `socket` for a connection. A name is
 * looked up by the proxy, as in Flux. What the socket gives afterwards is of the server.
 */
export async function askSocks5(
  socket: Socket,
  { host, port }: TunnelTarget,
  login: SocksLogin | undefined,
): Promise<void> {
  const ways = login === undefined ? [NO_LOGIN] : [NO_LOGIN, BY_PASSWORD]
  socket.write(Buffer.from([VERSION, ways.length, ...ways]))
  const [version, way] = await take(socket, 2)
  if (version !== VERSION) throw refused('what answers is no SOCKS5 proxy; check its address')
  if (way === BY_PASSWORD && login !== undefined) await signIn(socket, login)
  else if (way !== NO_LOGIN)
    throw refused('it wants to be signed in to; give username and password beside its address')
  const name = addressOf(host)
  socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), name, portOf(port)]))
  const [, reply = 1, , kind] = await take(socket, 4)
  if (reply !== 0) throw failure(reply)
  const [length = 0] = kind === BY_NAME ? await take(socket, 1) : [kind === BY_ADDRESS_6 ? 16 : 4]
  await take(socket, length + 2) // Where the proxy connects from.
}

async function signIn(socket: Socket, { username, password }: SocksLogin): Promise<void> {
  const [user, word] = [Buffer.from(username), Buffer.from(password)]
  if (user.length > TEXT_BYTES_MAX || word.length > TEXT_BYTES_MAX)
    throw refused(`SOCKS5 takes no username or password of more than ${TEXT_BYTES_MAX} bytes`)
  const parts = [Buffer.from([LOGIN_VERSION, user.length]), user, Buffer.from([word.length]), word]
  socket.write(Buffer.concat(parts))
  const [, status] = await take(socket, 2)
  if (status !== 0)
    throw refused('it refuses username and password of the Secret that spec.proxySecretRef names')
}

function addressOf(host: string): Buffer {
  switch (isIP(host)) {
    case 4:
      return Buffer.from([BY_ADDRESS_4, ...host.split('.').map(Number)])
    case 6:
      return Buffer.concat([Buffer.from([BY_ADDRESS_6]), groupsOf(host)])
    default: {
      const name = Buffer.from(host)
      if (name.length > TEXT_BYTES_MAX) throw refused('the name of the server is too long')
      return Buffer.concat([Buffer.from([BY_NAME, name.length]), name])
    }
  }
}

/** The sixteen bytes of an IPv6 address, which `URL` writes in one way. */
function groupsOf(address: string): Buffer {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [split(head), split(tail ?? '')]
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [index, group] of [...left, ...zeros, ...right].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2)
  return bytes
}

function split(groups: string): readonly string[] {
  return groups === '' ? [] : groups.split(':')
}

function portOf(port: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(port)
  return bytes
}

/** Exactly so many bytes of what the other side says. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = socket.read(count)
    if (bytes instanceof Buffer && bytes.length === count) return bytes
    if (socket.errored !== null) throw socket.errored
    if (socket.readableEnded || socket.destroyed)
      throw new SourceUnavailable('the proxy ends the connection without an answer')
    await untilReadable(socket)
  }
}

function untilReadable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      for (const name of EVENTS) socket.removeListener(name, end)
      resolve()
    }
    for (const name of EVENTS) socket.on(name, end)
  })
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const

function failure(reply: number): Error {
  const outage = OUTAGES.get(reply)
  if (outage === undefined)
    return refused(`it does not let us through to the server (SOCKS answer ${reply})`)
  return new SourceUnavailable(`the proxy does not reach the server: ${outage}`)
}

function refused(why: string): GitRefused {
  return new GitRefused('SOURCE_PROXY', `the proxy cannot be used: ${why}`)
}
