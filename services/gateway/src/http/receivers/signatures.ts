import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const ALGORITHMS: Readonly<Record<string, string>> = {
  sha1: 'sha1',
  sha256: 'sha256',
  sha512: 'sha512',
}

/** Whether `sha256=<hex>` (or `sha1=`, `sha512=`) is the HMAC of a body, as GitHub's library decides it. */
export function isSigned(body: Uint8Array, signature: string, key: string): boolean {
  const [, name = '', hex = ''] = /^(\w+)=([0-9a-fA-F]*)$/u.exec(signature) ?? []
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
  return algorithm !== undefined && isHmac(body, { algorithm, hex, key })
}

/** Whether `hex` is the HMAC of a body. It takes the same time, whatever is wrong. */
export function isHmac(
  body: Uint8Array,
  {
    algorithm,
    hex,
    key,
  }: { readonly algorithm: string; readonly hex: string; readonly key: string },
): boolean {
  const wanted = createHmac(algorithm, key).update(body).digest()
  const given = Buffer.from(hex, 'hex')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** Whether two texts are the same, in a time that says nothing of either. */
export function isSameText(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
