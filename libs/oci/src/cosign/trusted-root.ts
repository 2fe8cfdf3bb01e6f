import { createPublicKey, hash, X509Certificate, type KeyObject } from 'node:crypto'
import { FetchRefused } from '../fetch-refused.ts'
import { at, bytesAt, listAt, parseJsonText, textAt } from './json.ts'

/** What keyless signatures are held against: `trusted_root.json` of Sigstore. */
export interface TrustedRoot {
  readonly authorities: readonly Authority[]
  /** Transparency logs, by the hex of their id. */
  readonly logs: ReadonlyMap<string, TrustedLog>
}

export interface Authority {
  /** From the one that signs to the root. */
  readonly chain: readonly X509Certificate[]
  readonly valid: Validity
}

export interface TrustedLog {
  readonly key: KeyObject
  readonly valid: Validity
}

export interface Validity {
  readonly fromMs: number
  readonly toMs: number
}

const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.trustedroot/u

/** Reads the text of `trusted_root.json`. */
export function parseTrustedRoot(text: string): TrustedRoot {
  const root = parseJsonText(text)
  if (!MEDIA_TYPE.test(textAt(root, 'mediaType')))
    throw refused('it is no trusted root of Sigstore')
  try {
    const authorities = listAt(root, 'certificateAuthorities').map((authority) => ({
      chain: listAt(authority, 'certChain', 'certificates').map(
        (certificate) => new X509Certificate(bytesAt(certificate, 'rawBytes')),
      ),
      valid: validityOf(at(authority, 'validFor')),
    }))
    const logs = listAt(root, 'tlogs').map((log): [string, TrustedLog] => {
      const der = bytesAt(log, 'publicKey', 'rawBytes')
      const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
      const id = Buffer.from(bytesAt(log, 'logId', 'keyId')).toString('hex') || hash('sha256', der)
      return [id, { key, valid: validityOf(at(log, 'publicKey', 'validFor')) }]
    })
    if (authorities.length === 0 || logs.length === 0)
      throw refused('it has no certificate authority, or no transparency log')
    return { authorities, logs: new Map(logs) }
  } catch (error) {
    if (error instanceof FetchRefused) throw error
    throw refused('a certificate or key in it cannot be read')
  }
}

export function isWithin({ fromMs, toMs }: Validity, atMs: number): boolean {
  return fromMs <= atMs && atMs <= toMs
}

function validityOf(value: unknown): Validity {
  const [from, to] = [Date.parse(textAt(value, 'start')), Date.parse(textAt(value, 'end'))]
  return {
    fromMs: Number.isNaN(from) ? 0 : from,
    toMs: Number.isNaN(to) ? Number.MAX_SAFE_INTEGER : to,
  }
}

function refused(why: string): FetchRefused {
  return new FetchRefused(
    'SOURCE_SIGNATURE_KEYS',
    `trusted_root.json of the Secret that trustedRootSecretRef names cannot be used: ${why}; give the file of your Sigstore`,
  )
}
