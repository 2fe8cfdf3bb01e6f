import { generateKey } from 'openpgp'
import { expect, test } from 'vitest'
import type { GitRefused } from '../git-refused.ts'
import { type Commit, parseCommit } from '../objects/commit.ts'
import { objectId } from '../objects/git-object.ts'
import { parseTag } from '../objects/tag.ts'
import { GPG_COMMIT, GPG_KEY, GPG_TAG } from '../testing/signed-by-gpg.ts'
import { SSH_COMMIT, SSH_COMMIT_AS_FILE, SSH_KEY } from '../testing/signed-by-ssh.ts'
import { readVerificationKeys } from './verification-keys.ts'
import { type Verification, verifySignatures } from './verify-signatures.ts'

const PGP = { 'ada.asc': GPG_KEY }
const SSH = { 'ada.sshpub': SSH_KEY }

function commitOf(text: string): Commit {
  const raw = Buffer.from(text)
  return parseCommit(objectId('commit', raw), raw)
}

function taggedBy(text: string, commit = GPG_COMMIT): Commit {
  const raw = Buffer.from(text)
  return { ...commitOf(commit), tag: parseTag(objectId('tag', raw), raw) }
}

function forged(text: string): Commit {
  return commitOf(text.replace('signed by', 'Signed by'))
}

async function verified(
  commit: Commit,
  keys: Readonly<Record<string, string>>,
  { mode = 'HEAD', tagName }: Partial<Pick<Verification, 'mode'>> & { tagName?: string } = {},
): Promise<string> {
  const revision = { revision: '', commit: commit.oid, advertised: '' }
  const resolution = tagName === undefined ? revision : { ...revision, tagName }
  try {
    const read = await readVerificationKeys(new Map(Object.entries(keys)))
    await verifySignatures(commit, resolution, { mode, keys: read })
    return 'verified'
  } catch (error) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- All else fails the test by its text.
    const { code, message } = error as GitRefused
    return `${code}: ${message}`
  }
}

test('a commit and a tag that gpg signed are verified by its key', async () => {
  expect(await verified(commitOf(GPG_COMMIT), PGP)).toBe('verified')
  for (const mode of ['Tag', 'TagAndHEAD'] as const)
    expect(await verified(taggedBy(GPG_TAG), PGP, { mode, tagName: 'v1.0.0' })).toBe('verified')
  expect(await verified(commitOf(GPG_COMMIT), { 'a key of no ending': GPG_KEY })).toBe('verified')
})

test('a commit that ssh-keygen signed is verified by its key, also among others and comments', async () => {
  expect(await verified(commitOf(SSH_COMMIT), SSH)).toBe('verified')
  const lines = `# people\n\nno-pty,command="echo a b" ${SSH_KEY}`
  expect(await verified(commitOf(SSH_COMMIT), { ...PGP, 'team.sshpub': lines })).toBe('verified')
})

test('one letter that was changed is no signature any more', async () => {
  expect(await verified(forged(GPG_COMMIT), PGP)).toMatch(/^SOURCE_SIGNATURE: .* does not hold: /u)
  expect(await verified(forged(SSH_COMMIT), SSH)).toMatch(/^SOURCE_SIGNATURE: .* does not match/u)
  const tag = taggedBy(GPG_TAG.replace('\none\n', '\ntwo\n'))
  expect(await verified(tag, PGP, { mode: 'Tag', tagName: 'v1.0.0' })).toMatch(/does not hold/u)
})

test('a key that is not among those of the Secret is named', async () => {
  const other = await generateKey({ userIDs: [{ name: 'Eve' }], format: 'armored' })
  expect(await verified(commitOf(GPG_COMMIT), { 'eve.asc': other.publicKey })).toMatch(
    /^SOURCE_SIGNATURE: the commit [0-9a-f]{40} is not trusted: it is signed by the OpenPGP key 17EDF05C757DB166, which is not/u,
  )
  expect(await verified(commitOf(GPG_COMMIT), SSH)).toMatch(/which is not among the keys/u)
  expect(await verified(commitOf(SSH_COMMIT), PGP)).toMatch(
    /signed by the SSH key SHA256:\S+, which is not among the keys/u,
  )
})

test('an SSH signature that was made for files is none of a commit', async () => {
  expect(await verified(commitOf(SSH_COMMIT_AS_FILE), SSH)).toMatch(
    /^SOURCE_SIGNATURE: .* is for "file", not for git/u,
  )
})

test('what has no signature is told as such', async () => {
  const plain = commitOf(SSH_COMMIT.replace(/gpgsig [^]*?-----END SSH SIGNATURE-----\n/u, ''))
  expect(await verified(plain, SSH)).toMatch(/^SOURCE_UNSIGNED: the commit \S+ has no signature/u)
  const tag = { mode: 'Tag', tagName: 'v1.0.0' } as const
  expect(await verified(commitOf(GPG_COMMIT), PGP, tag)).toMatch(/^SOURCE_UNSIGNED: .*lightweight/u)
  const [text = ''] = GPG_TAG.split('-----BEGIN')
  expect(await verified(taggedBy(text), PGP, tag)).toMatch(/v1\.0\.0 has no signature/u)
  expect(await verified(taggedBy(GPG_TAG), PGP, { mode: 'Tag' })).toMatch(/spec\.ref names none/u)
  const both = { mode: 'TagAndHEAD', tagName: 'v1.0.0' } as const
  expect(await verified(taggedBy(GPG_TAG, unsignedText()), PGP, both)).not.toBe('verified')
})

test('a signed tag under another name, or of another commit, is not trusted', async () => {
  expect(await verified(taggedBy(GPG_TAG), PGP, { mode: 'Tag', tagName: 'v2.0.0' })).toMatch(
    /^SOURCE_SIGNATURE: the tag v2\.0\.0 is not trusted: it was made, and signed, as the tag "v1\.0\.0"/u,
  )
  const moved = taggedBy(GPG_TAG, SSH_COMMIT)
  expect(await verified(moved, PGP, { mode: 'Tag', tagName: 'v1.0.0' })).toMatch(
    /^SOURCE_SIGNATURE: .* a tag of caf897ea/u,
  )
})

test('a signature that is cut off anywhere is refused and does no harm', async () => {
  // The equals signs at its end say nothing.
  const [head = '', body = ''] = SSH_COMMIT.replace(/=+(?=\n -----END)/u, '').split(
    /(?=\n -----END SSH)/u,
  )
  for (let length = 0; length < 300; length += 1) {
    const cut = commitOf(`${head.slice(0, head.length - length)}${body}`)
    expect(await verified(cut, SSH)).toMatch(length === 0 ? /^verified$/u : /^SOURCE_|^GIT_OBJECT/u)
  }
})

test('a Secret whose keys cannot be read is told with the file and the line', async () => {
  for (const [keys, says] of [
    [{}, 'it has no key'],
    [{ 'a.asc': 'no key' }, 'its key a.asc holds no OpenPGP keys'],
    [{ 'a.sshpub': '\nssh-ed25519' }, 'line 2 of its key a.sshpub is not used: it is no line of'],
    [{ 'a.sshpub': 'ssh-dss AAAAB3NzaC1kc3MAAAAA' }, 'keys of the type "ssh-dss" are not taken'],
    [{ 'a.sshpub': SSH_KEY.replace(/\w{8} ada/u, ' ada') }, 'it ends too soon'],
  ] as const)
    expect(await verified(commitOf(SSH_COMMIT), keys)).toMatch(
      new RegExp(`^SOURCE_SIGNATURE_KEYS: .*${says}`, 'u'),
    )
})

function unsignedText(): string {
  return GPG_COMMIT.replace(/gpgsig [^]*?-----END PGP SIGNATURE-----\n/u, '')
}
