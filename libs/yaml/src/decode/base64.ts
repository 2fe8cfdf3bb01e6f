const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Standard base64 with padding, line breaks ignored, as Go's `base64.StdEncoding`. A byte that belongs to no character becomes
 * a lone surrogate (U+DC80 to U+DCFF), which is printed as U+FFFD. `undefined` for anything else.
 */
export function decodeBase64(text: string): string | undefined {
  const body = text.replaceAll(/[\r\n]/g, '')
  return STANDARD.test(body) ? decodeUtf8(Uint8Array.from(Buffer.from(body, 'base64'))) : undefined
}

function decodeUtf8(bytes: Uint8Array): string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  let offset = 0
  while (offset < bytes.length) {
    const width = widthAt(bytes, offset)
    try {
      text += strict.decode(bytes.subarray(offset, offset + width))
      offset += width
    } catch {
      text += String.fromCharCode(0xdc00 + (bytes[offset] ?? 0))
      offset += 1
    }
  }
  return text
}

function widthAt(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset] ?? 0
  if (first < 0x80) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
