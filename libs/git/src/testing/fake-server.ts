import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server } from 'node:net'
import { deflateSync } from 'node:zlib'
import { DELIMITER, FLUSH, pktLine } from '../transport/pkt-line.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

export interface FakeServer extends AsyncDisposable {
  readonly url: string
  /** Method, path and Authorization header of each request. */
  readonly requests: readonly string[]
}

/** A server that answers as a test tells it, on a free port of loopback. */
export async function startFakeServer(
  answer: Answer,
  tls?: { readonly cert: string; readonly key: string },
): Promise<FakeServer> {
  const requests: string[] = []
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(
      `${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? '-'}`,
    )
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('latin1')
    })
    request.on('end', () => answer(request, response, body))
    request.on('error', () => undefined)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  const port = await listen(server)
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** The first answer of a server that speaks version 2. */
export function advertise(response: ServerResponse): void {
  response.setHeader('content-type', 'application/x-git-upload-pack-advertisement')
  response.end(
    [
      pktLine('# service=git-upload-pack\n'),
      FLUSH,
      pktLine('version 2\n'),
      pktLine('ls-refs\n'),
      pktLine('fetch=shallow\n'),
      pktLine('object-format=sha1\n'),
      FLUSH,
    ].join(''),
  )
}

/** Answers every listing with these lines, and every fetch with this pack. */
export function gitServer(refs: readonly string[], pack: Uint8Array): Answer {
  return (request, response, body) => {
    if (request.method === 'GET') return advertise(response)
    response.setHeader('content-type', 'application/x-git-upload-pack-result')
    if (body.includes('command=ls-refs'))
      return void response.end([...refs.map((ref) => pktLine(`${ref}\n`)), FLUSH].join(''))
    response.write(pktLine('shallow-info\n') + DELIMITER + pktLine('packfile\n'))
    for (let at = 0; at < pack.length; at += 60_000)
      response.write(sideband(pack.subarray(at, at + 60_000)))
    return void response.end(FLUSH)
  }
}

/** A packet of the band that carries data. */
export function sideband(bytes: Uint8Array): Buffer {
  const length = (bytes.length + 5).toString(16).padStart(4, '0')
  return Buffer.concat([Buffer.from(length), Buffer.from([1]), bytes])
}

/** A pack of these entries; `count` is what it claims. */
export function makePack(entries: readonly Uint8Array[], count: number = entries.length): Buffer {
  const header = Buffer.alloc(12)
  header.write('PACK')
  header.writeUInt32BE(2, 4)
  header.writeUInt32BE(count, 8)
  const body = Buffer.concat([header, ...entries])
  return Buffer.concat([body, createHash('sha1').update(body).digest()])
}

/** An entry of a pack: 1 commit, 2 tree, 3 blob, 6 delta to `back` bytes before. */
export function packEntry(type: number, content: Uint8Array, back?: number): Buffer {
  const head: number[] = []
  let size = content.length
  let byte = (type << 4) | (size & 15)
  size = Math.floor(size / 16)
  while (size > 0) {
    head.push(byte | 0x80)
    byte = size & 0x7f
    size = Math.floor(size / 128)
  }
  head.push(byte)
  return Buffer.concat([
    Buffer.from(head),
    back === undefined ? Buffer.alloc(0) : offset(back),
    deflateSync(content),
  ])
}

function offset(back: number): Buffer {
  const bytes = [back & 0x7f]
  for (let rest = Math.floor(back / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1
    bytes.unshift(0x80 | (rest & 0x7f))
  }
  return Buffer.from(bytes)
}
