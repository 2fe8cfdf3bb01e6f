/** What was signed, and the signature: armored text of OpenPGP or of SSH. */
export interface SignedText {
  readonly payload: Uint8Array
  readonly signature: string
}

// Where git puts a signature: `gpgsig` for repositories of SHA-1, the other for those of SHA-256.
const SIGNATURE_HEADER = /^gpgsig(?:-sha256)? /u
const TAG_SIGNATURE =
  /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/gmu

/** The signature of a commit, and the bytes that it is of: all but the headers that hold it. */
export function signedCommit(raw: Uint8Array): SignedText | undefined {
  const text = latin1(raw)
  const end = text.indexOf('\n\n')
  const lines = (end < 0 ? text : text.slice(0, end)).split('\n')
  const kept: string[] = []
  const signature: string[] = []
  let within: 'ours' | 'another' | undefined
  for (const line of lines) {
    if (!line.startsWith(' ')) within = kindOf(line)
    if (within === undefined) kept.push(line)
    if (within === 'ours')
      signature.push(line.startsWith(' ') ? line.slice(1) : line.replace(SIGNATURE_HEADER, ''))
  }
  if (signature.length === 0) return undefined
  const payload = `${kept.join('\n')}${end < 0 ? '' : text.slice(end)}`
  return { payload: Buffer.from(payload, 'latin1'), signature: signature.join('\n') }
}

/** The signature of a tag object, which stands at its end, and the bytes before it. */
export function signedTag(raw: Uint8Array): SignedText | undefined {
  const text = latin1(raw)
  const at = [...text.matchAll(TAG_SIGNATURE)].at(-1)?.index
  if (at === undefined) return undefined
  return { payload: Buffer.from(text.slice(0, at), 'latin1'), signature: text.slice(at) }
}

function kindOf(header: string): 'ours' | 'another' | undefined {
  if (!SIGNATURE_HEADER.test(header)) return undefined
  return header.startsWith('gpgsig ') ? 'ours' : 'another'
}

/** One character for each byte, so that what is put together again is what was there. */
function latin1(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
}
