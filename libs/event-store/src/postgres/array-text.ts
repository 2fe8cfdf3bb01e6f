/*
 * Arrays as Postgres writes them (documentation, 8.15.2), for parameters of many rows. The drivers would make
 * them too, value by value and only when the statement is sent.
 */

/** `bigint[]`, `integer[]` and `uuid[]`: values that need no quotes. */
export function plainArray(values: readonly (bigint | number | string)[]): string {
  return `{${values.join(',')}}`
}

/** `text[]`. */
export function textArray(values: readonly string[]): string {
  return `{${values.map(quoted).join(',')}}`
}

/** `bytea[]`, in the format of hexadecimal digits. */
export function bytesArray(values: readonly Uint8Array[]): string {
  return `{${values.map((bytes) => `"\\\\x${hexOf(bytes)}"`).join(',')}}`
}

function hexOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}

function quoted(text: string): string {
  return /["\\]/u.test(text) ? `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"` : `"${text}"`
}
