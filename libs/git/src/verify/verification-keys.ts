import { GitRefused } from '../git-refused.ts'
import { type PgpKeys, readPgpKeys } from './pgp-signature.ts'
import { readSshPublicKey, type SshPublicKey } from './ssh-public-key.ts'

/** Who may sign. */
export interface VerificationKeys {
  readonly pgp: PgpKeys
  readonly ssh: readonly SshPublicKey[]
}

// A line of authorized_keys: options may come before, a comment after.
const LINE = /(?:^|\s)(?<type>[a-z][a-z0-9@.-]*) (?<key>AAAA[A-Za-z0-9+/]+=*)(?:\s|$)/u

/**
 * Reads the files of a Secret as Flux does: `*.sshpub` has lines as of authorized_keys, every other one keys of OpenPGP.
 * Throws GitRefused SOURCE_SIGNATURE_KEYS where one cannot be read, or there is none.
 */
export async function readVerificationKeys(
  files: ReadonlyMap<string, string>,
): Promise<VerificationKeys> {
  const pgp: PgpKeys[number][] = []
  const ssh: SshPublicKey[] = []
  for (const [name, text] of files) {
    if (name.endsWith('.sshpub')) ssh.push(...readSshFile(name, text))
    else pgp.push(...(await readPgpFile(name, text)))
  }
  if (pgp.length + ssh.length === 0)
    throw refused(
      'it has no key: give it OpenPGP keys as NAME.asc, or SSH keys as NAME.sshpub, one to a line',
    )
  return { pgp, ssh }
}

function readSshFile(name: string, text: string): readonly SshPublicKey[] {
  return text.split(/\r?\n/u).flatMap((line, index) => {
    if (/^\s*(?:#|$)/u.test(line)) return []
    const key = LINE.exec(line)?.groups?.['key']
    try {
      if (key === undefined) throw new RangeError('it is no line of authorized_keys')
      return [readSshPublicKey(Buffer.from(key, 'base64'))]
    } catch (error) {
      if (!(error instanceof Error)) throw error
      throw refused(`line ${index + 1} of its key ${name} is not used: ${error.message}`)
    }
  })
}

async function readPgpFile(name: string, text: string): Promise<PgpKeys> {
  try {
    return await readPgpKeys(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw refused(`its key ${name} holds no OpenPGP keys: ${error.message}`)
  }
}

function refused(why: string): GitRefused {
  return new GitRefused(
    'SOURCE_SIGNATURE_KEYS',
    `the Secret of spec.verify.secretRef cannot be used: ${why}`,
  )
}
