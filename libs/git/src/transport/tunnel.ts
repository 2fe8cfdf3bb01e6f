import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect, isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import { hostOf } from '../remote-url.ts'
import { connectionError, IdleConnection, proxyRefuses } from './connection-error.ts'
import { throughProxy, type Proxy } from './proxy.ts'
import { askSocks5 } from './socks5.ts'

/** Where a tunnel leads; a name is looked up by the proxy. */
export interface TunnelTarget {
  readonly host: string
  readonly port: number
}

export interface TunnelOptions {
  /** Milliseconds without a byte after which the proxy is given up, while it is asked. */
  readonly idleMs: number
  readonly signal: AbortSignal
}

const SOCKS_PORT = 1080

/** Whether a proxy speaks SOCKS5; the others speak HTTP. */
export function isSocks({ url }: Proxy): boolean {
  return url.startsWith('socks5')
}

/** A connection to a server through a proxy: by SOCKS5, or by CONNECT of HTTP. */
export async function openTunnel(
  proxy: Proxy,
  target: TunnelTarget,
  options: TunnelOptions,
): Promise<Duplex> {
  try {
    const open = isSocks(proxy) ? openBySocks : openByHttp
    return await open(new URL(proxy.url), target, options)
  } catch (error) {
    throw throughProxy(proxy.display, connectionError(error, options.signal))
  }
}

async function openBySocks(
  url: URL,
  target: TunnelTarget,
  { idleMs, signal }: TunnelOptions,
): Promise<Duplex> {
  const socket = connect({ host: hostOf(url), port: Number(url.port || SOCKS_PORT), signal })
  socket.on('error', () => undefined) // Thrown where it is read.
  socket.setTimeout(idleMs, () => socket.destroy(new IdleConnection()))
  const login = loginOf(url)
  try {
    await askSocks5(socket, target, login)
    socket.setTimeout(0)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function openByHttp(
  url: URL,
  { host, port }: TunnelTarget,
  { idleMs, signal }: TunnelOptions,
): Promise<Duplex> {
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  const login = loginOf(url)
  const token = Buffer.from(`${login?.username}:${login?.password}`).toString('base64')
  const isTls = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const request = (isTls ? requestHttps : requestHttp)({
      host: hostOf(url),
      port: url.port || (isTls ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        ...(login === undefined ? {} : { 'proxy-authorization': `Basic ${token}` }),
      },
      agent: false,
      timeout: idleMs,
      signal,
    })
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy()
        return reject(proxyRefuses(statusCode))
      }
      socket.setTimeout(0)
      socket.unshift(head)
      return resolve(socket)
    })
    request.once('timeout', () => request.destroy(new IdleConnection()))
    request.once('error', reject)
    request.end()
  })
}

function loginOf({
  username,
  password,
}: URL): { readonly username: string; readonly password: string } | undefined {
  if (username === '' && password === '') return undefined
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}
