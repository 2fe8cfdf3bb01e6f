import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A port of loopback that takes one connection. */
export interface LocalDoor extends Disposable {
  readonly address: string
  readonly port: number
}

const LOOPBACK = '127.0.0.1'

/**
 * Joins the first connection to a port of loopback with `there`, for a program that can only connect by itself, and
 * takes no second one. Who comes in instead of it gets what the proxy gives to everybody: a server that must still be
 * signed in to.
 */
export async function openDoor(there: Duplex): Promise<LocalDoor> {
  const held = new Set<Duplex>([there])
  const end = (): void => {
    for (const socket of held) socket.destroy()
  }
  const join = (here: Socket): void => {
    held.add(here)
    server.close()
    for (const socket of held) socket.on('error', end).on('close', end)
    here.pipe(there).pipe(here)
  }
  const server = createServer((here) => (held.size > 1 ? here.destroy() : join(here)))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, LOOPBACK, resolve)
  })
  const address = server.address()
  return {
    address: LOOPBACK,
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    [Symbol.dispose]: () => {
      server.close()
      end()
    },
  }
}
