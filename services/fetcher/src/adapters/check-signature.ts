import type { SignatureRule } from '@tidemark/contracts'
import { compileRegex, toBytes } from '@tidemark/go-template'
import {
  FetchRefused,
  parseTrustedRoot,
  verifyArtifact,
  type Registry,
  type Trust,
  type TrustedKey,
} from '@tidemark/oci'
import type { SecretValues } from '@tidemark/service'
import type { FoundSecrets } from '../ports.ts'
import { textIn } from './source-secrets.ts'

export interface SignatureCheck {
  readonly registry: Registry
  readonly digest: string
  readonly rule: SignatureRule | undefined
  /** Of the object that has the rule. */
  readonly secrets: FoundSecrets
}

/** Refuses an artifact that is not signed as `spec.verify` says; nothing without that. */
export async function checkSignature(
  { registry, digest, rule, secrets }: SignatureCheck,
  signal: AbortSignal,
): Promise<void> {
  if (rule === undefined) return
  await verifyArtifact(registry, { digest, trust: trustOf(rule, secrets) }, signal)
}

function trustOf(rule: SignatureRule, secrets: FoundSecrets): Trust {
  const keys = secrets.get('verification')
  if (rule.secretName !== '') return { kind: 'keys', keys: keysIn(keys) }
  const root = textIn(secrets.get('trustedRoot'), 'trusted_root.json')
  if (root === undefined)
    throw new FetchRefused(
      'SOURCE_SIGNATURE_KEYS',
      'without secretRef, spec.verify needs a trusted root: name a Secret with trusted_root.json in trustedRootSecretRef (nothing is fetched from the public Sigstore), or keys in secretRef',
    )
  if (rule.identities.length === 0)
    throw new FetchRefused(
      'SOURCE_SIGNATURE_KEYS',
      'spec.verify names nobody whose signature counts: give matchOIDCIdentity, or keys in secretRef',
    )
  const identities = rule.identities.map(({ issuer, subject }) => ({
    issuer: matcher(issuer, 'issuer'),
    subject: matcher(subject, 'subject'),
  }))
  return { kind: 'identities', root: parseTrustedRoot(root), identities }
}

function keysIn(values: SecretValues | undefined): readonly TrustedKey[] {
  const names = [...(values?.reveal().keys() ?? [])].filter((name) => name.endsWith('.pub'))
  return names.map((name) => ({ name, pem: textIn(values, name) ?? '' }))
}

function matcher(pattern: string, field: string): (text: string) => boolean {
  const regex = compileRegex(toBytes(pattern))
  if (typeof regex === 'string')
    throw new FetchRefused(
      'SOURCE_SIGNATURE_KEYS',
      `spec.verify.matchOIDCIdentity: ${field} is no regular expression: ${regex}`,
    )
  return (text) => regex.isIn(toBytes(text))
}
