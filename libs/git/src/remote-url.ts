import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Secret } from '@tidemark/kernel'
import { type AddressPolicy, checkHost } from './address-policy.ts'
import { GitRefused } from './git-refused.ts'
import type { BasicLogin } from './git-source.ts'

/** A URL that was parsed once. `display` has no credentials and may be shown to anybody. */
export type RemoteUrl =
  | { readonly kind: 'file'; readonly path: string; readonly display: string }
  | {
      readonly kind: 'http'
      /** Without user information, query and fragment, and without a slash at the end. */
      readonly base: URL
      readonly display: string
      readonly login?: BasicLogin
    }
  | SshUrl

/** `ssh://user@host:port/path`. */
export interface SshUrl {
  readonly kind: 'ssh'
  readonly user: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly display: string
}

const URL_CHARS_MAX = 2048 // What servers and browsers take.
// oxlint-disable-next-line no-control-regex -- Control characters are what is taken out.
const CONTROL = /[\u0000-\u001f\u007f]/g
// `host:path` with no slash before the colon, as scp and Git write it.
const SCP_FORM = /^(?:[^/@:]+@)?[^/:]{2,}:(?!\/\/)/

/**
 * Reads the URL of a repository and holds it against the operator's policy, without any look-up.
 * The forms are those of Flux (`^(http|https|ssh)://`, no scp form), and `file://` or a path where the policy
 * allows it.
 */
export function parseRemoteUrl(text: string, policy: AddressPolicy): RemoteUrl {
  const display = redactUrl(text)
  if (text.length > URL_CHARS_MAX)
    throw refused(display, `it has more than ${URL_CHARS_MAX} characters`)
  const scheme = schemeOf(text)
  switch (scheme) {
    case 'http':
    case 'https':
      if (!policy.schemes.includes(scheme))
        throw refused(display, `the operator's policy does not allow ${scheme} sources`)
      return parseHttp(text, display, policy)
    case 'ssh':
      if (!policy.schemes.includes('ssh'))
        throw refused(display, "the operator's policy does not allow ssh sources")
      return parseSsh(text, display, policy)
    case 'scp':
      throw refused(display, 'write it as ssh://user@host/path; the short form is not supported')
    case 'file':
      return parseFile(text, display, policy)
    default:
      throw refused(display, `"${scheme}" is not one of https, http, ssh and file`)
  }
}

function schemeOf(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined) return scheme
  return SCP_FORM.test(text) && !isAbsolute(text) ? 'scp' : 'file'
}

/** Takes user information and query out of anything that looks like a URL, so that it may be shown. */
export function redactUrl(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(/[?#].*$/s, '')
    .replace(CONTROL, '?')
    .slice(0, URL_CHARS_MAX)
}

function parseFile(text: string, display: string, policy: AddressPolicy): RemoteUrl {
  if (!policy.schemes.includes('file'))
    throw refused(display, "the operator's policy does not allow local repositories; use https")
  const path = /^file:/i.test(text) ? filePath(text, display) : text
  if (!isAbsolute(path)) throw refused(display, 'the path of a local repository must be absolute')
  return { kind: 'file', path, display }
}

function filePath(text: string, display: string): string {
  try {
    return fileURLToPath(text)
  } catch (error) {
    throw refused(display, 'a file URL is file:///absolute/path', { cause: error })
  }
}

function parseHttp(text: string, display: string, policy: AddressPolicy): RemoteUrl {
  // Where the user information of a broken URL ends nobody knows, so nothing of it is shown.
  if (!URL.canParse(text))
    throw refused('URL', 'it is not a URL; a password in it must be percent-encoded')
  const base = new URL(text)
  if (/\s/.test(text)) throw refused(display, 'it has spaces in it')
  if (base.search !== '' || base.hash !== '')
    throw refused(display, 'the URL of a repository has neither query nor fragment')
  const login = userInformation(base)
  base.username = ''
  base.password = ''
  base.pathname = base.pathname.replace(/\/+$/, '')
  checkHost(policy, hostOf(base))
  return { kind: 'http', base, display, ...(login === undefined ? {} : { login }) }
}

const SSH_PORT = 22
const SSH_USER = /^[A-Za-z0-9._-]{1,64}$/u // What a command line may carry.
const SSH_HOST = /^[A-Za-z0-9:][A-Za-z0-9.:-]*$/u

function parseSsh(text: string, display: string, policy: AddressPolicy): SshUrl {
  if (!URL.canParse(text)) throw refused('URL', 'it is not a URL')
  const url = new URL(text)
  const user = decodePercent(url.username) || 'git'
  const [host, path] = [hostOf(url), decodePercent(url.pathname)]
  if (url.password !== '')
    throw refused(display, 'SSH signs in by a key: take the password out, and name a Secret')
  if (url.search !== '' || url.hash !== '')
    throw refused(display, 'the URL of a repository has neither query nor fragment')
  if (!SSH_USER.test(user) || user.startsWith('-'))
    throw refused(display, 'the user has characters that no SSH user has')
  if (!SSH_HOST.test(host)) throw refused(display, 'it has no host name')
  // oxlint-disable-next-line no-control-regex -- Control characters are what is refused.
  if (path.length < 2 || /[\u0000-\u001f\u007f]/u.test(path))
    throw refused(display, 'it has no path of a repository')
  checkHost(policy, host)
  const port = url.port === '' ? SSH_PORT : Number(url.port)
  return {
    kind: 'ssh',
    user,
    host,
    port,
    path,
    display: `ssh://${user}@${url.host}${url.pathname}`,
  }
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function userInformation({ username, password }: URL): BasicLogin | undefined {
  if (username === '' && password === '') return undefined
  return {
    kind: 'basic',
    username: decodePercent(username),
    password: new Secret(decodePercent(password)),
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A percent sign that escapes nothing is what was typed.
  }
}

function refused(display: string, why: string, options?: ErrorOptions): GitRefused {
  return new GitRefused('SOURCE_URL', `cannot use the source ${display}: ${why}`, options)
}
