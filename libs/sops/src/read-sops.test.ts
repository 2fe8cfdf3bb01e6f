// Files that sops 3.13.3 encrypted, with age 1.3.2 and GnuPG keys that were made for this and are used nowhere else.
import { parseYamlStream } from '@tidemark/yaml'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSops } from './read-sops.ts'
import type { SopsError } from './sops-error.ts'
import { readPrivateKeys, unwrapDataKey } from './unwrap-data-key.ts'

function recorded(name: string): Buffer {
  return readFileSync(new URL(`recorded/${name}.txt`, import.meta.url))
}

async function decrypt(
  name: string,
  bytes: Uint8Array,
  ...keys: readonly string[]
): Promise<string> {
  const file = readSops(name, bytes)
  if (file === undefined) return 'it is not encrypted'
  const given = readPrivateKeys(new Map(keys.map((key) => [key, recorded(key)])))
  const dataKeys = await Promise.all(file.sets.map((set) => unwrapDataKey(set, given)))
  return Buffer.from(file.decrypt(dataKeys)).toString('utf8')
}

function valuesOf(text: string): unknown {
  return parseYamlStream(text, { flavour: 'yaml3', duplicateKeys: 'error' })
}

async function refusal(text: string, name = 'secret.yaml', key = 'key.agekey'): Promise<unknown> {
  return await decrypt(name, Buffer.from(text), key).catch((error: SopsError) => [
    error.code,
    error.message,
  ])
}

test.each(['settings.json', 'database.ini', 'notes.bin'])(
  '%s is what sops makes of it',
  async (name) => {
    expect(await decrypt(name, recorded(name), 'key.agekey')).toBe(
      recorded(`clear-${name}`).toString(),
    )
  },
)

test.each(['secret.yaml', 'secret-mac-only.yaml', 'values.yaml', 'two.yaml', 'suffix.yaml'])(
  '%s has the values that sops gives it, and its MAC fits',
  async (name) => {
    const clear = await decrypt(name, recorded(name), 'key.agekey')
    expect(valuesOf(clear)).toEqual(valuesOf(recorded(`clear-${name}`).toString()))
  },
)

test('a dotenv file is what sops makes of it, but for comments', async () => {
  const clear = recorded('clear-login.env').toString().replace('# comment\n', '')
  expect(await decrypt('login.env', recorded('login.env'), 'key.agekey')).toBe(clear)
})

test.each(['rsa', 'curve'])('an OpenPGP key opens it: %s', async (kind) => {
  const clear = await decrypt(
    'secret.yaml',
    recorded(`pgp-${kind}.yaml`),
    'other.agekey',
    `${kind}.asc`,
  )
  expect(clear).toContain('password: kestrel-of-the-south-77')
})

test('any of its recipients opens it, and nobody else', async () => {
  const file = recorded('two-recipients.env')
  for (const key of ['key.agekey', 'other.agekey'])
    expect(await decrypt('login.env', file, key)).toContain('PASSWORD=falcon-in-the-east')
  expect(await refusal(recorded('secret.yaml').toString(), 'secret.yaml', 'other.agekey')).toEqual([
    'SOPS_KEY',
    expect.stringMatching(
      /^no key of spec\.decryption\.secretRef opens it; it is encrypted for age age1/u,
    ),
  ])
})

test('a value that was changed outside of sops is refused, encrypted or not', async () => {
  const text = recorded('secret.yaml').toString()
  expect(await refusal(text.replace('tier: "3"', 'tier: "4"'))).toEqual([
    'SOPS_MAC',
    expect.stringMatching(/^its MAC does not fit/u),
  ])
  expect(await refusal(text.replace('password: ENC', 'passwort: ENC'))).toEqual([
    'SOPS_MAC',
    'stringData.passwort cannot be decrypted: it was changed, or moved to another place',
  ])
  expect(await refusal(text.replace(/password: ENC.*/u, 'password: in-clear'))).toEqual([
    'SOPS_FORMAT',
    'stringData.password is not encrypted, and its rules say it is',
  ])
})

test('where only encrypted values are covered, others may change', async () => {
  const text = recorded('secret-mac-only.yaml').toString().replace('tier: "3"', 'tier: "4"')
  expect(await refusal(text)).toContain('tier: "4"')
})

test('an object that says so is left as it is, and so is a file that sops has not touched', async () => {
  const disabled = 'metadata:\n    annotations: {kustomize.toolkit.fluxcd.io/decrypt: Disabled}\n'
  const text = recorded('secret.yaml').toString()
  expect(await refusal(text.replace('metadata:\n', disabled))).toBe('it is not encrypted')
  expect(await refusal('a: 1\n')).toBe('it is not encrypted')
})

test('documents that were put into one file each have their own MAC', async () => {
  const both = [recorded('secret.yaml'), recorded('secret-mac-only.yaml')].join('---\n')
  expect(await refusal(both)).toMatch(/kestrel[^]*---\n[^]*kestrel/u)
})

test('what is not supported is named', async () => {
  const text = recorded('secret.yaml').toString()
  const remote = text.replace(
    / {4}age:[^]*?\n(?= {4}encrypted_regex)/u,
    '    kms:\n        - arn: a\n          enc: b\n',
  )
  expect(await refusal(remote)).toEqual([
    'SOPS_UNSUPPORTED',
    'its keys are in AWS KMS, which is not supported yet: encrypt it for an age or OpenPGP key too',
  ])
  const groups = text.replace('    age:', '    key_groups: [{age: []}]\n    age:')
  expect(await refusal(groups)).toEqual(['SOPS_UNSUPPORTED', expect.stringContaining('key groups')])
})

test('a key file that has no identity in it is refused', () => {
  const values = new Map([['my.agekey', Buffer.from('AGE-SECRET-KEY-1QQQQ')]])
  expect(() => readPrivateKeys(values)).toThrow('key my.agekey: an age key must be a line')
})
