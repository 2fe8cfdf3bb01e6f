/** What is needed to speak with one API server. `readKubeconfig` and `directAccess` make them. */
export interface ClusterAccess {
  /** `https://host:port` with a path below which the API lies, if any; no slash at the end. */
  readonly server: string
  readonly proxyUrl?: string
  /** The namespace of the kubeconfig's context; `default` where it has none. */
  readonly namespace: string
  /**
   * What proves who we are. `fresh` asks the sign-in again, after the API server refused what it gave before.
   * Rejects when the sign-in (a plugin, an identity provider, a file) fails.
   */
  credentials(wanted: 'kept' | 'fresh'): Promise<Credentials>
}

/** Sign-in for one connection. It holds secrets: it MUST NOT be logged. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly tls: TlsOptions
}

export interface TlsOptions {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Access without a kubeconfig, for a cluster whose address and token are known (a sandbox cluster, a test). Throws
 * `TypeError` for an address that is no URL, or is http on another host than this one.
 */
export function directAccess(options: {
  readonly server: string
  readonly token?: string
  readonly ca?: string
}): ClusterAccess {
  const { server, token, ca } = options
  const credentials: Credentials = {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    tls: ca === undefined ? {} : { ca },
  }
  return {
    server: checkedServer(server),
    namespace: 'default',
    credentials: () => Promise.resolve(credentials),
  }
}

/** An API server's address without a slash at its end. Throws `TypeError` for one that would send tokens in clear. */
export function checkedServer(server: string): string {
  const url = new URL(server)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    throw new TypeError(
      `an API server is reached by https, or by http on this machine, not by ${server}`,
    )
  return `${url.origin}${url.pathname.replace(/\/+$/u, '')}`
}
