/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly type: string
  readonly bytes: Buffer
}

const BLOCK = /-----BEGIN ([^\n-]+)-----\r?\n([\s\S]*?)\r?\n?-----END \1-----/
const LINE = /.{1,64}/g

/** The first block, or nothing (`pem.Decode`). */
export function decodePem(text: string): PemBlock | undefined {
  const match = BLOCK.exec(text)
  if (match === null) return undefined
  const body = (match[2] ?? '').replace(/^(?:[^\n:]+:[^\n]*\n)+\n?/, '').replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) return undefined
  return { type: match[1] ?? '', bytes: Buffer.from(body, 'base64') }
}

/** Lines of 64 characters, as `pem.Encode`. */
export function encodePem({ type, bytes }: PemBlock): string {
  const lines = bytes.toString('base64').match(LINE) ?? []
  return `-----BEGIN ${type}-----\n${lines.map((line) => `${line}\n`).join('')}-----END ${type}-----\n`
}
