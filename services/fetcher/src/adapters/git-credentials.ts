import {
  GITHUB_API,
  GitRefused,
  type GitCredentials,
  type GithubApp,
  type ProxyChoice,
  type SshLogin,
} from '@tidemark/git'
import { Secret } from '@tidemark/kernel'
import type { SecretValues } from '@tidemark/service'

/**
 * Credentials by the keys of Flux: `username` and `password`, or `bearerToken`; `ca.crt` (or `caFile`); `tls.crt`
 * with `tls.key`; for SSH `identity` and `known_hosts`, with the passphrase as `password`.
 */
export function gitCredentials(values: SecretValues): GitCredentials {
  const text = (key: string): string | undefined => textIn(values, key)
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
    ...(identity === undefined ? {} : { ssh: sshLogin(identity, values) }),
    ...(ca === undefined ? {} : { certificateAuthority: ca }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate, key: new Secret(key) } }),
  }
}

function sshLogin(identity: string, values: SecretValues): SshLogin {
  const passphrase = textIn(values, 'password')
  return {
    identity: new Secret(identity),
    knownHosts: textIn(values, 'known_hosts') ?? '',
    ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
  }
}

/** A GitHub App by the keys of Flux. Throws `GitRefused` with the key that is missing. */
export function githubApp(values: SecretValues): GithubApp {
  const appId = textIn(values, 'githubAppID')?.trim()
  const id = textIn(values, 'githubAppInstallationID')?.trim()
  const owner = textIn(values, 'githubAppInstallationOwner')?.trim()
  const key = textIn(values, 'githubAppPrivateKey')
  if (appId === undefined) throw noKey('githubAppID')
  if (key === undefined) throw noKey('githubAppPrivateKey')
  if ((id === undefined) === (owner === undefined))
    throw noKey('one of githubAppInstallationID and githubAppInstallationOwner, and not both')
  return {
    appId,
    installation: id === undefined ? { kind: 'owner', owner: owner ?? '' } : { kind: 'id', id },
    privateKey: new Secret(key),
    baseUrl: baseUrlOf(textIn(values, 'githubAppBaseURL')?.trim()),
    certificateAuthority: textIn(values, 'ca.crt'),
  }
}

/** A proxy by the keys of Flux: `address`, `username`, `password`. */
export function proxyChoice(values: SecretValues): ProxyChoice {
  const address = textIn(values, 'address')?.trim()
  if (address === undefined)
    throw new GitRefused(
      'SOURCE_PROXY',
      'the Secret of spec.proxySecretRef has no key address: give it, such as http://proxy:3128',
    )
  const username = textIn(values, 'username') ?? ''
  return { address, username, password: new Secret(textIn(values, 'password') ?? '') }
}

function baseUrlOf(text = GITHUB_API): string {
  if (URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol)) return text
  throw new GitRefused(
    'SOURCE_AUTHENTICATION',
    'githubAppBaseURL is no address: write it as https://github.example.com/api/v3',
  )
}

function noKey(what: string): GitRefused {
  return new GitRefused(
    'SOURCE_AUTHENTICATION',
    `the Secret of spec.secretRef is to be that of a GitHub App (provider github): give it ${what}`,
  )
}

function textIn(values: SecretValues, key: string): string | undefined {
  const bytes = values.reveal().get(key)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}
