import { isRecord, parseDuration } from './fields.ts'
import { textOf, type FluxObject } from './flux-object.ts'
import { recordsOf } from './read-spec.ts'

const TIMEOUT_MS = 60_000 // Flux's default.

/** What all kinds of sources have, with Flux's defaults filled in. */
export interface SourceFrame {
  readonly name: string
  readonly namespace: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly suspend: boolean
}

/** Whose signatures an artifact has to have. */
export interface VerificationModel {
  /** The Secret with `*.pub` keys; empty: by identities. */
  readonly secretName: string
  readonly identities: readonly { readonly issuer: string; readonly subject: string }[]
  readonly trustedRootSecretName: string
}

export function readSourceFrame({ metadata, spec }: FluxObject, intervalMs = 0): SourceFrame {
  return {
    ...metadata,
    intervalMs: parseDuration(textOf(spec['interval'])) ?? intervalMs,
    timeoutMs: parseDuration(textOf(spec['timeout'])) ?? TIMEOUT_MS,
    suspend: spec['suspend'] === true,
  }
}

export function readVerification(value: unknown): VerificationModel | undefined {
  if (!isRecord(value)) return undefined
  return {
    secretName: refName(value['secretRef']),
    identities: recordsOf(value['matchOIDCIdentity']).map((entry) => ({
      issuer: textOf(entry['issuer']),
      subject: textOf(entry['subject']),
    })),
    trustedRootSecretName: refName(value['trustedRootSecretRef']),
  }
}

/** The name in a reference such as `secretRef`; empty where there is none. */
export function refName(ref: unknown): string {
  return isRecord(ref) ? textOf(ref['name']) : ''
}

/** A text that may be missing, where that is not the same as an empty one. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
