/** One element of DER. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
}

/** The elements that stand one after another in some bytes; `undefined` where they are no DER. */
export function readDer(bytes: Uint8Array): readonly DerElement[] | undefined {
  const elements: DerElement[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0
    const first = bytes[at + 1]
    if (first === undefined || (tag & 0x1f) === 0x1f) return undefined
    const count = first < 0x80 ? 0 : first & 0x7f
    if (first === 0x80 || count > 4) return undefined
    let length = first < 0x80 ? first : 0
    for (let index = 0; index < count; index += 1)
      length = length * 256 + (bytes[at + 2 + index] ?? 0)
    const start = at + 2 + count
    if (start + length > bytes.length) return undefined
    elements.push({ tag, content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return elements
}

/** `1.3.6.1.4.1.57264.1.1` */
export function oidOf(content: Uint8Array): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(value)
      value = 0
    }
  }
  const [first = 0, ...rest] = numbers
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - top * 40, ...rest].join('.')
}
