import { Secret } from '@tidemark/kernel'
import { FetchRefused } from '../fetch-refused.ts'
import type { Login } from '../login.ts'
import type { RegistryPlace } from './oci-url.ts'

/**
 * The login for a repository in the text of a `kubernetes.io/dockerconfigjson` Secret: of the entries that name its
 * host, that with the longest path; `undefined` where none does, which means without signing in.
 */
export function loginFrom(
  configJson: string,
  { registry, repository }: RegistryPlace,
): Login | undefined {
  const auths = fieldOf(parse(configJson), 'auths')
  if (typeof auths !== 'object' || auths === null) throw refused('it has no "auths"')
  const place = `${registry}/${repository}`
  const fits = Object.entries(auths)
    .map(([key, entry]) => ({ key: plain(key), entry: entry as unknown }))
    .filter(({ key }) => key === registry || place === key || place.startsWith(`${key}/`))
    .toSorted((left, right) => right.key.length - left.key.length)
  const [best] = fits
  return best === undefined ? undefined : loginOf(best.entry, best.key)
}

/** Keys are written as `host`, `host/path`, `https://host/v1/`. */
function plain(key: string): string {
  const bare = key
    .replace(/^https?:\/\//u, '')
    .replace(/\/v[12]\/?$/u, '')
    .replace(/\/+$/u, '')
  return bare === 'docker.io' || bare === 'registry-1.docker.io' ? 'index.docker.io' : bare
}

function loginOf(entry: unknown, key: string): Login | undefined {
  const text = (name: string): string => {
    const value = fieldOf(entry, name)
    return typeof value === 'string' ? value : ''
  }
  if (text('registrytoken') !== '')
    return { kind: 'bearer', token: new Secret(text('registrytoken')) }
  if (text('identitytoken') !== '')
    return { kind: 'identity', token: new Secret(text('identitytoken')) }
  if (text('username') !== '')
    return { kind: 'basic', username: text('username'), password: new Secret(text('password')) }
  if (text('auth') === '') return undefined
  const [, username, password = ''] =
    /^([^:]*):([\s\S]*)$/u.exec(Buffer.from(text('auth'), 'base64').toString('utf8')) ?? []
  if (username === undefined)
    throw refused(`"auth" of ${JSON.stringify(key)} is not user:password in base64`)
  return { kind: 'basic', username, password: new Secret(password.replace(/[\r\n\0]+$/u, '')) }
}

function parse(json: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json)
    return parsed
  } catch {
    throw refused('it is no JSON')
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function refused(why: string): FetchRefused {
  return new FetchRefused(
    'SOURCE_AUTHENTICATION',
    `the Secret of spec.secretRef is to hold .dockerconfigjson: ${why}; make it with kubectl create secret docker-registry`,
  )
}
