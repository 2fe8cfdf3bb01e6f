import { verify, type KeyObject } from 'node:crypto'

/** What was found beside an artifact, in either form of cosign. */
export interface FoundSignature {
  /** What is signed. */
  readonly payload: Uint8Array
  /** What the signature is over: the payload, or what DSSE makes of it. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  /** The digest that the payload says was signed. */
  readonly digest: string
  /** PEM or DER of the certificate of a keyless signature. */
  readonly certificate: string | Uint8Array | undefined
  readonly logEntry: LogEntry | undefined
  readonly form: 'simple signing' | 'bundle'
}

/** The entry of a signature in a transparency log. */
export interface LogEntry {
  /** Hex. */
  readonly logId: string
  readonly logIndex: number
  readonly integratedS: number
  /** What the log holds, as base64. */
  readonly body: string
  /** The log's signature on the entry; empty where there is a proof only. */
  readonly promise: Uint8Array
  readonly proof: LogProofText | undefined
}

export interface LogProofText {
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: string
}

/** Whether a key signed it: ECDSA, RSA (PKCS #1) and Ed25519, over SHA-256 as cosign does. */
export function isSignedBy(
  key: KeyObject,
  { signed, signature }: Pick<FoundSignature, 'signed' | 'signature'>,
): boolean {
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(algorithm, signed, key, signature)
  } catch {
    return false
  }
}
