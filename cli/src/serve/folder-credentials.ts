import type { SourceDeclared } from '@tidemark/contracts'
import type { GitCredentials } from '@tidemark/git'
import { Secret } from '@tidemark/kernel'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Looks up what a `secretRef` names. */
export interface CredentialsPort {
  find(declared: SourceDeclared, signal: AbortSignal): Promise<GitCredentials | undefined>
}

/**
 * Credentials in a folder: `<cluster>/<namespace>/<name>.json`, or a folder of that name with a file for each
 * key, as Kubernetes mounts a Secret. The keys are those of Flux: username and password, or bearerToken;
 * ca.crt or caFile; tls.crt with tls.key.
 */
export function folderCredentials(folder: string): CredentialsPort {
  return {
    find: async ({ object, git }) => {
      const name = git?.secretName ?? ''
      if (name === '' || object === undefined) return undefined
      const place = join(folder, object.cluster, object.namespace, name)
      const keys = (await readJson(`${place}.json`)) ?? (await readKeys(place))
      return keys === undefined ? undefined : credentialsOf(keys)
    },
  }
}

const KEYS = [
  'username',
  'password',
  'bearerToken',
  'ca.crt',
  'caFile',
  'tls.crt',
  'tls.key',
] as const
type Keys = Partial<Record<(typeof KEYS)[number], string>>

function credentialsOf(keys: Keys): GitCredentials {
  const { username, password, bearerToken } = keys
  const ca = keys['ca.crt'] ?? keys.caFile
  const [certificate, key] = [keys['tls.crt'], keys['tls.key']]
  return {
    ...(bearerToken === undefined
      ? {}
      : { login: { kind: 'bearer', token: new Secret(bearerToken) } as const }),
    ...(username === undefined
      ? {}
      : { login: { kind: 'basic', username, password: new Secret(password ?? '') } as const }),
    ...(ca === undefined ? {} : { certificateAuthority: ca }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate, key: new Secret(key) } }),
  }
}

async function readJson(path: string): Promise<Keys | undefined> {
  const text = await readText(path)
  if (text === undefined) return undefined
  const parsed: unknown = JSON.parse(text)
  const entries = KEYS.map((key) => [key, Reflect.get(Object(parsed), key)] as const)
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))
}

async function readKeys(folder: string): Promise<Keys | undefined> {
  const entries = await Promise.all(
    KEYS.map(async (key) => [key, await readText(join(folder, key))] as const),
  )
  const found = entries.filter(([, value]) => value !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
