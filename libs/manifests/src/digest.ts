import { createHash } from 'node:crypto'

import { canonicalJson } from './canonical-json.ts'
import type { Json, JsonObject } from './json.ts'
import { replaceSecretValues } from './secrets.ts'

/**
 * A keyed digest of a Secret's value, as text: an HMAC under the installation key. It MUST be a function of key and
 * text alone, and MUST not be computable without the key.
 */
export type KeyedDigest = (text: string) => string

/**
 * The digest of a release's manifests: SHA-256, in hex with `sha256:` before it, of the canonical JSON of the objects
 * in the order given, with each Secret value replaced by its keyed digest (so that it cannot be guessed).
 */
export function manifestDigest(objects: readonly JsonObject[], keyed: KeyedDigest): string {
  return digestOf(objects.map((object) => replaceSecretValues(object, keyed)))
}

/** The same for one object: equal digests mean that the same object would be applied. */
export function objectDigest(object: JsonObject, keyed: KeyedDigest): string {
  return digestOf(replaceSecretValues(object, keyed))
}

/** `sha256:<hex>` of a value's canonical JSON. The value MUST not hold a secret. */
export function digestOf(value: Json): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
}
