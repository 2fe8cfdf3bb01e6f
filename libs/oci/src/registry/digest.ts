import { hash } from 'node:crypto'
import { FetchRefused } from '../fetch-refused.ts'

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/u

/** Whether a text is a digest as registries write them. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes)}`
}

/** Refuses bytes that are not those that the digest names. */
export function checkDigest(bytes: Uint8Array, digest: string, what: string): void {
  const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256'
  const found = `${algorithm}:${hash(algorithm, bytes)}`
  if (found !== digest)
    throw new FetchRefused(
      'SOURCE_DIGEST',
      `${what} is to have the digest ${digest}, and what the registry sends has ${found}; it is damaged, or somebody changed it`,
    )
}
