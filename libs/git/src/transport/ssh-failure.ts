import { GitRefused, SourceTimeout, SourceUnavailable } from '../git-refused.ts'
import { serverText } from './server-text.ts'

/** What an `ssh` and the server wrote beside the protocol. */
export interface SshSaid {
  readonly text: string
  /** How often the passphrase of the key was asked for. */
  readonly asked: number
}

/** How an `ssh` ended, and what was said before. */
export interface SshEnd {
  readonly code: number | null
  readonly said: SshSaid
}

const SSH_FAILED = 255 // What ssh itself ends with; all else is the end of the command there.
const NOT_THERE = 127

/** What the end of a connection means, where there was no whole answer. */
export function sshFailure({ code, said: { text: said, asked } }: SshEnd): Error {
  if (
    /host key verification failed|host identification has changed|no .* host key is known/iu.test(
      said,
    )
  )
    return new GitRefused(
      'SOURCE_HOST_KEY',
      "the key of the server is not among known_hosts of the Secret; compare it with the one that the server's owner publishes, then add the line that ssh-keyscan prints",
    )
  if (asked > 1) return wrongPassphrase('it does not open the key')
  if (/permission denied|too many authentication failures/iu.test(said))
    return new GitRefused(
      'SOURCE_AUTHENTICATION',
      'the server refuses this key; check that identity of the Secret is right, and may read the repository',
    )
  if (/error in libcrypto|invalid format|load key/iu.test(said))
    return new GitRefused(
      'SOURCE_AUTHENTICATION',
      'identity of the Secret is no private key that can be used: it must be in the form of OpenSSH or PEM',
    )
  if (code === NOT_THERE)
    return new GitRefused('SOURCE_PROTOCOL', 'the server has no git-upload-pack; check the URL')
  if (/timed out/iu.test(said)) return new SourceTimeout('the server does not answer in time')
  if (code !== SSH_FAILED && said.trim() !== '') return serverText(said, [])
  return new SourceUnavailable(
    `the server cannot be reached by SSH: ${/refused/iu.test(said) ? 'nothing listens there' : 'the connection broke'}`,
  )
}

/** The key has a passphrase, and nobody gave it. */
export function locked(): GitRefused {
  return new GitRefused(
    'SOURCE_AUTHENTICATION',
    'identity of the Secret has a passphrase: add it to the Secret as password, or use a key without one',
  )
}

/** The passphrase of the key is none of it. */
export function wrongPassphrase(why: string): GitRefused {
  return new GitRefused(
    'SOURCE_AUTHENTICATION',
    `password of the Secret is not the passphrase of identity: ${why}; correct it`,
  )
}

/** There is no `ssh` on this machine. */
export function sshMissing(): GitRefused {
  return new GitRefused(
    'SOURCE_URL',
    'there is no ssh program on this machine: install OpenSSH (openssh-client), or use the https URL',
  )
}
