import type { X509Certificate } from 'node:crypto'
import { oidOf, readDer, type DerElement } from './der.ts'

/** Who a certificate of Fulcio is for: by whom it was signed in, and as what. */
export interface Signer {
  readonly issuer: string
  readonly subjects: readonly string[]
}

const SUBJECT_NAMES = '2.5.29.17'
const ISSUER = '1.3.6.1.4.1.57264.1.8'
const ISSUER_BEFORE = '1.3.6.1.4.1.57264.1.1' // As text, not as DER.
const OTHER_NAME = '1.3.6.1.4.1.57264.1.7'
const [SEQUENCE, UTF8, EXTENSIONS] = [0x30, 0x0c, 0xa3]
const [OTHER, EMAIL, URI, WRAPPED] = [0xa0, 0x81, 0x86, 0xa0]

/** The identity in a certificate. Empty where it has none. */
export function signerOf(certificate: X509Certificate): Signer {
  const extensions = extensionsOf(certificate.raw)
  const [issuer] = inside(extensions.get(ISSUER))
  return {
    issuer:
      issuer?.tag === UTF8
        ? text(issuer.content)
        : text(extensions.get(ISSUER_BEFORE) ?? new Uint8Array()),
    subjects: subjectsOf(extensions.get(SUBJECT_NAMES)),
  }
}

function extensionsOf(raw: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const [certificate] = inside(raw)
  const [body] = inside(certificate?.content)
  const wrapped = inside(body?.content).find(({ tag }) => tag === EXTENSIONS)
  const [list] = inside(wrapped?.content)
  const found = new Map<string, Uint8Array>()
  for (const { content } of inside(list?.content)) {
    const parts = inside(content)
    const [oid, value] = [parts[0], parts.at(-1)]
    if (oid !== undefined && value !== undefined) found.set(oidOf(oid.content), value.content)
  }
  return found
}

/** The elements in some bytes; none where there are no bytes, or they are no DER. */
function inside(bytes: Uint8Array | undefined): readonly DerElement[] {
  return readDer(bytes ?? new Uint8Array()) ?? []
}

function subjectsOf(value: Uint8Array | undefined): readonly string[] {
  const [names] = inside(value)
  if (names?.tag !== SEQUENCE) return []
  return inside(names.content).flatMap(({ tag, content }) => {
    if (tag === EMAIL || tag === URI) return [text(content)]
    return tag === OTHER ? otherName(content) : []
  })
}

function otherName(content: Uint8Array): readonly string[] {
  const [oid, wrapped] = inside(content)
  if (oid === undefined || oidOf(oid.content) !== OTHER_NAME || wrapped?.tag !== WRAPPED) return []
  const [name] = inside(wrapped.content)
  return name?.tag === UTF8 ? [text(name.content)] : []
}

function text(content: Uint8Array): string {
  return Buffer.from(content).toString('utf8')
}
