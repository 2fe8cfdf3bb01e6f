import type { GitCredentials } from '@tidemark/git'
import { Secret } from '@tidemark/kernel'
import type { SecretValues } from '@tidemark/service'

/**
 * Credentials by the keys of Flux: `username` and `password`, or `bearerToken`; `ca.crt` (or `caFile`); `tls.crt`
 * with `tls.key`; for SSH `identity` and `known_hosts`.
 */
export function gitCredentials(values: SecretValues): GitCredentials {
  const text = (key: string): string | undefined => {
    const bytes = values.reveal().get(key)
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
  }
  const [username, bearerToken] = [text('username'), text('bearerToken')]
  const ca = text('ca.crt') ?? text('caFile')
  const [certificate, key] = [text('tls.crt'), text('tls.key')]
  const identity = text('identity')
  return {
    ...(bearerToken === undefined
      ? {}
      : { login: { kind: 'bearer', token: new Secret(bearerToken) } as const }),
    ...(username === undefined
      ? {}
      : {
          login: {
            kind: 'basic',
            username,
            password: new Secret(text('password') ?? ''),
          } as const,
        }),
    ...(identity === undefined
      ? {}
      : { ssh: { identity: new Secret(identity), knownHosts: text('known_hosts') ?? '' } }),
    ...(ca === undefined ? {} : { certificateAuthority: ca }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate, key: new Secret(key) } }),
  }
}
