import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { FetchRefused } from '../fetch-refused.ts'
import type { Registry } from '../registry/registry.ts'
import { checkLogEntry } from './check-log-entry.ts'
import { findSignatures } from './find-signatures.ts'
import { isSignedBy, type FoundSignature } from './signature.ts'
import { signerOf, type Signer } from './signer.ts'
import { isWithin, type TrustedRoot } from './trusted-root.ts'

/** By whom an artifact has to be signed. */
export type Trust =
  | { readonly kind: 'keys'; readonly keys: readonly TrustedKey[] }
  | {
      readonly kind: 'identities'
      readonly root: TrustedRoot
      /** Any of them. */
      readonly identities: readonly TrustedIdentity[]
    }

export interface TrustedKey {
  /** The key of the Secret that it stands under, for messages. */
  readonly name: string
  readonly pem: string
}

export interface TrustedIdentity {
  readonly issuer: (text: string) => boolean
  readonly subject: (text: string) => boolean
}

/** Refuses a digest that none of those who are trusted has signed by cosign. */
export async function verifyArtifact(
  registry: Registry,
  { digest, trust }: { readonly digest: string; readonly trust: Trust },
  signal: AbortSignal,
): Promise<void> {
  const check = trust.kind === 'keys' ? keyCheck(trust.keys) : identityCheck(trust)
  const found = await findSignatures(registry, digest, signal)
  const name = `${registry.name}@${digest}`
  if (found.length === 0)
    throw new FetchRefused(
      'SOURCE_UNSIGNED',
      `${name} is not taken: it is not signed; cosign sign it, and push the signature beside it`,
    )
  const problems = found.map((signature) =>
    signature.digest === digest ? check(signature) : 'it is for another artifact',
  )
  if (problems.includes(undefined)) return
  const reasons = [...new Set(problems)].slice(0, 3).join('; ')
  throw new FetchRefused(
    'SOURCE_SIGNATURE',
    `${name} is not taken: none of its ${found.length} signatures counts: ${reasons}`,
  )
}

/** `undefined` where a signature counts, else why it does not. */
type Check = (signature: FoundSignature) => string | undefined

function keyCheck(keys: readonly TrustedKey[]): Check {
  if (keys.length === 0)
    throw new FetchRefused(
      'SOURCE_SIGNATURE_KEYS',
      'the Secret of spec.verify.secretRef has no key whose name ends in .pub; put the public key of cosign there',
    )
  const opened = keys.map(openKey)
  return (signature) =>
    opened.some((key) => isSignedBy(key, signature)) ? undefined : 'it is by another key'
}

function openKey({ name, pem }: TrustedKey): KeyObject {
  try {
    return createPublicKey(pem)
  } catch {
    throw new FetchRefused(
      'SOURCE_SIGNATURE_KEYS',
      `${name} of the Secret of spec.verify.secretRef is no public key in PEM; put there what cosign generate-key-pair wrote to cosign.pub`,
    )
  }
}

function identityCheck({ root, identities }: Extract<Trust, { kind: 'identities' }>): Check {
  return (signature) => {
    const certificate = openCertificate(signature.certificate)
    if (certificate === undefined) return 'it has no certificate: it was made with a key'
    if (!isSignedBy(certificate.publicKey, signature))
      return 'it is not by the key of its certificate'
    const enteredMs = checkLogEntry(signature, root)
    if (typeof enteredMs === 'string') return enteredMs
    if (!isIssued(certificate, root, enteredMs))
      return 'its certificate is from no authority of the trusted root, or was not valid when it signed'
    const signer = signerOf(certificate)
    return identities.some((identity) => matches(identity, signer))
      ? undefined
      : `it is by ${signer.subjects[0] ?? 'nobody'} of ${signer.issuer === '' ? 'no issuer' : signer.issuer}, whom spec.verify.matchOIDCIdentity does not name`
  }
}

function openCertificate(certificate: FoundSignature['certificate']): X509Certificate | undefined {
  if (certificate === undefined) return undefined
  try {
    return new X509Certificate(certificate)
  } catch {
    return undefined
  }
}

/** Whether an authority of the root issued a certificate, all of the chain being valid at that time. */
function isIssued(certificate: X509Certificate, root: TrustedRoot, atMs: number): boolean {
  return root.authorities.some(({ chain, valid }) => {
    if (!isWithin(valid, atMs) || chain.length === 0) return false
    const whole = [certificate, ...chain]
    return whole.every((each, index) => {
      const isSoundThen = each.validFromDate.getTime() <= atMs && atMs <= each.validToDate.getTime()
      const above = whole[index + 1]
      if (above === undefined) return isSoundThen
      return isSoundThen && above.ca && each.checkIssued(above) && each.verify(above.publicKey)
    })
  })
}

/** No identity at all would trust everybody whom the authority knows. */
function matches({ issuer, subject }: TrustedIdentity, signer: Signer): boolean {
  return issuer(signer.issuer) && signer.subjects.some((each) => subject(each))
}
