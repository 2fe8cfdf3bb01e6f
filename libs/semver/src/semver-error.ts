/** A text that is no version or no constraint, in the words of Masterminds/semver v3.5.0. */
export class SemverError extends Error {
  override readonly name: string = 'SemverError'
}

/** Bytes of a text, by which Go measures length. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** A text in double quotes for a message. */
export function quote(text: string): string {
  return JSON.stringify(text)
}
