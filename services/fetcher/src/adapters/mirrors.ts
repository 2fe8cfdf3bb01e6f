/** Where hosts are asked for instead of themselves, longest first: for sites that reach no others. */
export type Mirrors = readonly Mirror[]

export interface Mirror {
  /** Host, with port and path where they matter: `ghcr.io`, `github.com/fluxcd`. */
  readonly from: string
  /** `http` where the mirror is reached without TLS; `undefined`: as the original is. */
  readonly scheme: 'http' | 'https' | undefined
  /** Host and path that stand in for `from`. */
  readonly to: string
}

const PLACE = /^(?:\[[0-9a-fA-F:]+\]|[^\s/@?#=:]+)(?::\d+)?(?:\/[^\s@?#=]*)?$/u

/**
 * Reads `FROM=TO`, such as `ghcr.io=registry.local:5000/ghcr` or `charts.example.com=http://127.0.0.1:8080`; `undefined` where
 * it is none.
 */
export function parseMirror(text: string): Mirror | undefined {
  const [, left = '', right = ''] = /^([^=]+)=(.+)$/u.exec(text) ?? []
  const from = left.replace(/^\w+:\/\//u, '').replace(/\/+$/u, '')
  const [, scheme, rest = ''] = /^(?:(https?|oci):\/\/)?(.*)$/u.exec(right) ?? []
  const to = rest.replace(/\/+$/u, '')
  if (
    !PLACE.test(from) ||
    !PLACE.test(to) ||
    !URL.canParse(`https://${from}`) ||
    !URL.canParse(`https://${to}`)
  )
    return undefined
  return { from, to, scheme: scheme === 'http' || scheme === 'https' ? scheme : undefined }
}

/** In the order in which they are tried: the longest `from` first. */
export function orderMirrors(mirrors: readonly Mirror[]): Mirrors {
  return mirrors.toSorted((left, right) => right.from.length - left.from.length)
}

export interface Mirrored {
  /** Host and path. */
  readonly place: string
  readonly scheme: Mirror['scheme']
}

/** What is asked instead of a place (host and path); `undefined` where that is asked itself. */
export function mirrorOf(mirrors: Mirrors, place: string): Mirrored | undefined {
  const mirror = mirrors.find(({ from }) => place === from || place.startsWith(`${from}/`))
  if (mirror === undefined) return undefined
  return { place: `${mirror.to}${place.slice(mirror.from.length)}`, scheme: mirror.scheme }
}

/** The address that is asked instead of another; the same one where there is no mirror. */
export function mirrorUrl(mirrors: Mirrors, url: URL): URL {
  const mirrored = mirrorOf(mirrors, `${url.host}${url.pathname}`)
  if (mirrored === undefined) return url
  const scheme = mirrored.scheme === undefined ? url.protocol : `${mirrored.scheme}:`
  const user = scheme === 'ssh:' && url.username !== '' ? `${url.username}@` : ''
  return new URL(`${scheme}//${user}${mirrored.place}${url.search}`)
}
