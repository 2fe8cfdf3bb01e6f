// Stands before a server on loopback, and counts the bytes that go each way.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface CountingRelay extends AsyncDisposable {
  readonly port: number
  /** Since the last call: what clients sent, and what they were sent. */
  take(): { readonly sent: number; readonly received: number }
}

export async function startCountingRelay(target: number): Promise<CountingRelay> {
  let [sent, received] = [0, 0]
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const there = connect(target, '127.0.0.1')
    for (const socket of [client, there]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        there.destroy()
      })
    }
    client.on('data', (piece) => (sent += piece.length))
    there.on('data', (piece) => (received += piece.length))
    client.pipe(there)
    there.pipe(client)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
    port: (server.address() as AddressInfo).port,
    take: () => {
      const taken = { sent, received }
      ;[sent, received] = [0, 0]
      return taken
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
