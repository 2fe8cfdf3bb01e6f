// TLS before a plain server, as a load balancer has it.
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificates } from './certificates.ts'

export interface TlsFront extends AsyncDisposable {
  /** `https://localhost:port`. */
  readonly url: string
}

/** Starts it on a free port of loopback; with `clients`, only who shows a certificate of the authority comes in. */
export async function startTlsFront(
  { server, caFile }: Certificates,
  target: string,
  clients: 'all' | 'with a certificate' = 'all',
): Promise<TlsFront> {
  const { hostname, port } = new URL(target)
  const asked = clients === 'all' ? {} : { requestCert: true, ca: readFileSync(caFile) }
  const pair = { cert: readFileSync(server.certFile), key: readFileSync(server.keyFile) }
  const front = createServer({ ...pair, ...asked }, (incoming, response) => {
    const { method, headers, url: path } = incoming
    const sent = request({ host: hostname, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    incoming.pipe(sent)
  })
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', () => resolve())
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const address = front.address() as AddressInfo
  return {
    url: `https://localhost:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      front.closeAllConnections()
      await new Promise<void>((resolve) => {
        front.close(() => resolve())
      })
    },
  }
}
