// A SOCKS5 proxy (RFC 1928, RFC 1929) that looks names up itself.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface SocksProxy extends AsyncDisposable {
  /** `socks5://127.0.0.1:port`. */
  readonly url: string
  /** What it connected to: `host:port`, as it was asked. */
  requests(): readonly string[]
}

export interface SocksProxyOptions {
  readonly login?: { readonly username: string; readonly password: string }
  /** Where names lead that no DNS knows. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Hosts that are answered with this code and no connection. */
  readonly refuses?: Readonly<Record<string, number>>
}

const BY_ADDRESS = 1
const BY_NAME = 3

/** Starts a proxy on loopback. */
export async function startSocksProxy(options: SocksProxyOptions = {}): Promise<SocksProxy> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    void answer(socket, options, (place, there) => {
      seen.push(place)
      if (there !== undefined) sockets.add(there)
    }).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  return {
    url: `socks5://127.0.0.1:${port}`,
    requests: () => [...seen],
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

async function answer(
  socket: Socket,
  { login, hosts, refuses }: SocksProxyOptions,
  note: (place: string, there?: Socket) => void,
): Promise<void> {
  const [, count = 0] = await take(socket, 2)
  const ways = await take(socket, count)
  const way = login === undefined ? 0 : 2
  socket.write(Buffer.from([5, ways.includes(way) ? way : 0xff]))
  if (login !== undefined && !(await signsIn(socket, login))) return
  const [, , , kind] = await take(socket, 4)
  const host = await hostOf(socket, kind ?? 0)
  const port = (await take(socket, 2)).readUInt16BE()
  const reply = refuses?.[host]
  if (reply !== undefined) {
    note(`${host}:${port}`)
    socket.end(answerOf(reply))
    return
  }
  const there = connect(port, hosts?.[host] ?? host, () => {
    socket.write(answerOf(0))
    there.pipe(socket).pipe(there)
  })
  there.on('error', () => socket.destroy())
  note(`${host}:${port}`, there)
}

async function signsIn(
  socket: Socket,
  login: NonNullable<SocksProxyOptions['login']>,
): Promise<boolean> {
  const [, userLength = 0] = await take(socket, 2)
  const username = (await take(socket, userLength)).toString()
  const [length = 0] = await take(socket, 1)
  const password = (await take(socket, length)).toString()
  const isRight = username === login.username && password === login.password
  if (isRight) socket.write(Buffer.from([1, 0]))
  else socket.end(Buffer.from([1, 1]))
  return isRight
}

async function hostOf(socket: Socket, kind: number): Promise<string> {
  if (kind === BY_ADDRESS) return (await take(socket, 4)).join('.')
  if (kind !== BY_NAME) throw new Error(`no address of kind ${kind}`)
  const [length = 0] = await take(socket, 1)
  return (await take(socket, length)).toString()
}

function answerOf(reply: number): Buffer {
  return Buffer.from([5, reply, 0, BY_ADDRESS, 127, 0, 0, 1, 0, 0])
}

async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = count === 0 ? Buffer.alloc(0) : socket.read(count)
    if (bytes instanceof Buffer && bytes.length === count) return bytes
    if (socket.readableEnded || socket.destroyed) throw new Error('it has ended')
    await new Promise<void>((resolve) => {
      const end = (): void => {
        for (const name of ['readable', 'end', 'close']) socket.removeListener(name, end)
        resolve()
      }
      for (const name of ['readable', 'end', 'close']) socket.on(name, end)
    })
  }
}
