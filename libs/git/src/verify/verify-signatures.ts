import { GitRefused } from '../git-refused.ts'
import type { Resolution } from '../git-source.ts'
import type { Commit } from '../objects/commit.ts'
import { checkPgpSignature } from './pgp-signature.ts'
import { signedCommit, signedTag, type SignedText } from './signed-text.ts'
import { checkSshSignature } from './ssh-signature.ts'
import type { VerificationKeys } from './verification-keys.ts'

/** What must be signed: the fields of Flux's `spec.verify`. */
export interface Verification {
  readonly mode: 'HEAD' | 'Tag' | 'TagAndHEAD'
  readonly keys: VerificationKeys
}

/**
 * Throws GitRefused unless all that must be signed is, by one of the keys: the commit, the tag that it was fetched by,
 * or both.
 */
export async function verifySignatures(
  commit: Commit,
  { tagName }: Resolution,
  { mode, keys }: Verification,
): Promise<void> {
  if (mode !== 'HEAD') await verifyTag(commit, tagName, keys)
  if (mode !== 'Tag') await verifyText(`the commit ${commit.oid}`, signedCommit(commit.raw), keys)
}

async function verifyTag(
  { oid, tag }: Commit,
  tagName: string | undefined,
  keys: VerificationKeys,
): Promise<void> {
  if (tagName === undefined)
    throw new GitRefused(
      'SOURCE_UNSIGNED',
      'spec.verify asks for a signed tag, and spec.ref names none: set spec.ref.tag or semver, or the mode HEAD',
    )
  const what = `the tag ${tagName}`
  if (tag === undefined) throw unsigned(`${what} is a lightweight one, which nobody can sign`)
  await verifyText(what, signedTag(tag.raw), keys)
  // What was signed under one name is put under another by whoever can push.
  if (tag.name !== tagName)
    throw invalid(what, `it was made, and signed, as the tag ${JSON.stringify(tag.name)}`)
  if (tag.object !== oid)
    throw invalid(what, `what is signed is a tag of ${tag.object}, not of the commit ${oid}`)
}

async function verifyText(
  what: string,
  signed: SignedText | undefined,
  keys: VerificationKeys,
): Promise<void> {
  if (signed === undefined) throw unsigned(`${what} has no signature`)
  const verdict = await verdictOf(signed, keys)
  if (verdict.kind === 'refused') throw invalid(what, verdict.why)
}

async function verdictOf(
  { payload, signature }: SignedText,
  { pgp, ssh }: VerificationKeys,
): Promise<{ readonly kind: 'signed' } | { readonly kind: 'refused'; readonly why: string }> {
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----'))
    return checkSshSignature(signature, payload, ssh)
  if (signature.startsWith('-----BEGIN PGP SIGNATURE-----'))
    return await checkPgpSignature(signature, payload, pgp)
  return { kind: 'refused', why: 'its signature is neither of OpenPGP nor of SSH' }
}

function unsigned(why: string): GitRefused {
  return new GitRefused(
    'SOURCE_UNSIGNED',
    `${why}; sign it, by one of the keys in the Secret of spec.verify.secretRef`,
  )
}

function invalid(what: string, why: string): GitRefused {
  return new GitRefused(
    'SOURCE_SIGNATURE',
    `${what} is not trusted: ${why}; find out who pushed it before you add a key to the Secret of spec.verify.secretRef`,
  )
}
