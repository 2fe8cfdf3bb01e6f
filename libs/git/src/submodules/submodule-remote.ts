import { GitRefused } from '../git-refused.ts'
import type { Remote } from '../git-source.ts'
import { hostOf, redactUrl } from '../remote-url.ts'

/**
 * Where a submodule is fetched from. Its URL is what somebody has committed, so it must be on the host of the repository
 * that it is in, or on one that the operator has listed by name; credentials go to the very server that they are for,
 * never to another. @throws GitRefused SOURCE_SUBMODULE
 */
export function submoduleRemote(parent: Remote, url: string): Remote {
  if (url === '') throw refused('.gitmodules names no url for it')
  const target = resolve(parent.url, url)
  const { policy, proxy, timeoutMs } = parent
  const open = {
    url: target,
    policy,
    ...(proxy === undefined ? {} : { proxy }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
  const [from, to] = [parsed(parent.url), parsed(target)]
  if (from === undefined && to === undefined) return open // Beside a repository of this machine.
  if (to === undefined || to.protocol === 'file:')
    throw refused(`its url ${JSON.stringify(redactUrl(url))} is none of https, http or ssh`)
  if (!isSameHost(from, to) && !policy.hosts.includes(hostOf(to).toLowerCase()))
    throw refused(
      `it is on the host ${hostOf(to)}, which is another one than that of the repository and is not on the list of allowed hosts; move it, or ask the operator to list that host`,
    )
  const { credentials } = parent
  return isSameServer(from, to) && credentials !== undefined ? { ...open, credentials } : open
}

/** A path or a file URL is none that has a host. */
function parsed(url: string): URL | undefined {
  if (!URL.canParse(url)) return undefined
  const read = new URL(url)
  return read.protocol === 'file:' ? undefined : read
}

function isSameHost(from: URL | undefined, to: URL): boolean {
  return from !== undefined && hostOf(from).toLowerCase() === hostOf(to).toLowerCase()
}

function isSameServer(from: URL | undefined, to: URL): boolean {
  return isSameHost(from, to) && from?.protocol === to.protocol && from.port === to.port
}

/** `./x` and `../x` are beside the repository, as for git; all else stands as it is. */
function resolve(parent: string, url: string): string {
  if (!/^\.\.?\//u.test(url)) return url
  const base = `${parent.replace(/\/+$/u, '')}/`
  if (URL.canParse(base)) return new URL(url, base).href.replace(/\/+$/u, '')
  return new URL(url, `file://${base}`).pathname.replace(/\/+$/u, '')
}

function refused(why: string): GitRefused {
  return new GitRefused('SOURCE_SUBMODULE', why)
}
