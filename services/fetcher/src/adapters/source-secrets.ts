import { Secret } from '@tidemark/kernel'
import {
  FetchRefused,
  loginFrom,
  type Certificates,
  type Login,
  type RegistryPlace,
} from '@tidemark/oci'
import type { SecretValues } from '@tidemark/service'
import type { FoundSecrets } from '../ports.ts'

/** The text under a key of a Secret. */
export function textIn(values: SecretValues | undefined, key: string): string | undefined {
  const bytes = values?.reveal().get(key)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

/** `ca.crt`, and `tls.crt` with `tls.key`, of the Secret that `certSecretRef` names, else of the credentials. */
export function certificatesIn(secrets: FoundSecrets): Certificates | undefined {
  const values = secrets.get('certificates') ?? secrets.get('credentials')
  const authority = textIn(values, 'ca.crt')
  const [certificate, key] = [textIn(values, 'tls.crt'), textIn(values, 'tls.key')]
  if ((certificate === undefined) !== (key === undefined))
    throw new FetchRefused(
      'SOURCE_AUTHENTICATION',
      'the Secret of spec.certSecretRef has one of tls.crt and tls.key; give both, or neither',
    )
  return {
    ...(authority === undefined ? {} : { certificateAuthority: authority }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate, key: new Secret(key) } }),
  }
}

/** `.dockerconfigjson`, or `username` and `password`, for a repository of a registry. */
export function registryLogin(secrets: FoundSecrets, place: RegistryPlace): Login | undefined {
  const config = textIn(secrets.get('credentials'), '.dockerconfigjson')
  return config === undefined ? basicLogin(secrets) : loginFrom(config, place)
}

/** `username` and `password`; nothing where the source names no credentials. */
export function basicLogin(secrets: FoundSecrets): Login | undefined {
  const values = secrets.get('credentials')
  if (values === undefined) return undefined
  const [username, password] = [textIn(values, 'username'), textIn(values, 'password')]
  if (username !== undefined && password !== undefined)
    return { kind: 'basic', username, password: new Secret(password) }
  // A Secret with certificates alone signs in by these.
  if (textIn(values, 'ca.crt') !== undefined || textIn(values, 'tls.crt') !== undefined)
    return undefined
  throw new FetchRefused(
    'SOURCE_AUTHENTICATION',
    'the Secret of spec.secretRef has neither username with password, nor .dockerconfigjson; give one of them',
  )
}
