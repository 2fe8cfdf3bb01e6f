import { decryptAge, readIdentities, type AgeIdentity } from './age/decrypt-age.ts'
import type { WrappedKey } from './metadata.ts'
import type { KeySet } from './read-sops.ts'
import { SopsError } from './sops-error.ts'

/** Private keys, as the Secret of `spec.decryption` has them: `*.agekey` and `*.asc`. */
export interface PrivateKeys {
  readonly age: readonly AgeIdentity[]
  /** Armoured OpenPGP keys. */
  readonly pgp: readonly string[]
}

const REMOTE_KEYS: Readonly<Record<string, string>> = {
  kms: 'AWS KMS',
  gcp_kms: 'Google Cloud KMS',
  azure_kv: 'Azure Key Vault',
  hc_vault: 'Vault or OpenBao',
  hckms: 'Huawei Cloud KMS',
}

/** Reads the keys of a Secret by their names, as kustomize-controller does; other names are left alone. @throws SopsError */
export function readPrivateKeys(values: ReadonlyMap<string, Uint8Array>): PrivateKeys {
  const age: AgeIdentity[] = []
  const pgp: string[] = []
  for (const [name, value] of values) {
    const text = Buffer.from(value).toString('utf8')
    if (name.endsWith('.asc')) pgp.push(text)
    if (!name.endsWith('.agekey')) continue
    try {
      age.push(...readIdentities(text))
    } catch (error) {
      if (!(error instanceof SopsError)) throw error
      throw new SopsError(error.code, `key ${name}: ${error.message}`, { cause: error })
    }
  }
  return { age, pgp }
}

/** The data key of a file, by the first key that opens it: age before OpenPGP, as SOPS does. @throws SopsError */
export async function unwrapDataKey(
  { keys, remote }: Pick<KeySet, 'keys' | 'remote'>,
  { age, pgp }: PrivateKeys,
): Promise<Uint8Array> {
  for (const { kind, message } of keys) {
    if (kind !== 'age') continue
    const found = decryptAge(message, age)
    if (found !== undefined) return checked(found)
  }
  const pgpKeys = keys.filter(({ kind }) => kind === 'pgp')
  if (pgp.length > 0)
    for (const { message } of pgpKeys) {
      const found = await decryptPgp(message, pgp)
      if (found !== undefined) return checked(found)
    }
  throw noKey({ keys, remote })
}

function checked(key: Uint8Array): Uint8Array {
  if (key.length === 32) return key
  throw new SopsError('SOPS_FORMAT', `its data key has ${key.length} bytes, not 32`)
}

function noKey({ keys, remote }: Pick<KeySet, 'keys' | 'remote'>): SopsError {
  if (keys.length === 0) {
    const where = remote.map((name) => REMOTE_KEYS[name] ?? name).join(', ')
    return new SopsError(
      'SOPS_UNSUPPORTED',
      `its keys are in ${where || 'no place that is known'}, which is not supported yet: encrypt it for an age or OpenPGP key too`,
    )
  }
  return new SopsError(
    'SOPS_KEY',
    `no key of spec.decryption.secretRef opens it; it is encrypted for ${keys.map(nameOf).join(', ')}`,
  )
}

function nameOf({ kind, recipient }: WrappedKey): string {
  return `${kind} ${recipient}`
}

/** OpenPGP is loaded when it is needed first: it takes longer to load than most renders take. */
async function decryptPgp(
  armoured: string,
  privateKeys: readonly string[],
): Promise<Uint8Array | undefined> {
  const openpgp = await import('openpgp')
  const decryptionKeys: Awaited<ReturnType<typeof openpgp.readPrivateKeys>> = []
  for (const armouredKeys of privateKeys)
    try {
      decryptionKeys.push(...(await openpgp.readPrivateKeys({ armoredKeys: armouredKeys })))
    } catch (error) {
      throw new SopsError('SOPS_KEY', 'a key *.asc is no armoured OpenPGP private key', {
        cause: error,
      })
    }
  try {
    const message = await openpgp.readMessage({ armoredMessage: armoured })
    const { data } = await openpgp.decrypt({ message, decryptionKeys, format: 'binary' })
    return data instanceof Uint8Array ? data : undefined
  } catch {
    return undefined // It is for another key.
  }
}
