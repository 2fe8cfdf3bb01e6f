import type * as OpenPgp from 'openpgp'

/** Public keys of OpenPGP. */
export type PgpKeys = readonly OpenPgp.Key[]

export type PgpVerdict =
  | { readonly kind: 'signed'; readonly by: string }
  | { readonly kind: 'refused'; readonly why: string }

/** The library is large, so it is loaded when the first source asks for it. */
async function library(): Promise<typeof OpenPgp> {
  return await import('openpgp')
}

/** Reads the keys of an armored text. Throws RangeError with what is wrong. */
export async function readPgpKeys(armored: string): Promise<PgpKeys> {
  const { readKeys } = await library()
  try {
    return await readKeys({ armoredKeys: armored })
  } catch (error) {
    throw new RangeError(reasonOf(error), { cause: error })
  }
}

/**
 * Holds a detached signature against the keys that may sign. A key counts if it was valid when the signature was made
 * and is not revoked; digests that are broken (MD5, SHA-1) are not taken.
 */
export async function checkPgpSignature(
  armored: string,
  payload: Uint8Array,
  keys: PgpKeys,
): Promise<PgpVerdict> {
  const { readSignature, createMessage, verify } = await library()
  try {
    const signature = await readSignature({ armoredSignature: armored })
    const message = await createMessage({ binary: payload })
    const { signatures } = await verify({ message, signature, verificationKeys: [...keys] })
    const [first] = signatures
    if (first === undefined || signatures.length !== 1)
      return {
        kind: 'refused',
        why: `it has ${signatures.length} OpenPGP signatures; one is taken`,
      }
    const id = first.keyID.toHex().toUpperCase()
    if (!keys.some((key) => key.getKeys(first.keyID).length > 0))
      return {
        kind: 'refused',
        why: `it is signed by the OpenPGP key ${id}, which is not among the keys`,
      }
    await first.verified
    return { kind: 'signed', by: id }
  } catch (error) {
    return { kind: 'refused', why: `its OpenPGP signature does not hold: ${reasonOf(error)}` }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
