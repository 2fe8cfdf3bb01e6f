/** Distinguished Encoding Rules (X.690), as far as keys and certificates need them. */

const SEQUENCE = 0x30
const SET = 0x31

/** One element: its tag, its content, and all of its bytes. */
export interface DerElement {
  readonly tag: number
  readonly content: Buffer
  readonly whole: Buffer
}

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(SEQUENCE, ...parts)
}

export function setOf(...parts: readonly Uint8Array[]): Buffer {
  return der(SET, ...parts)
}

/** An INTEGER of a number that is not negative. */
export function integer(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return der(2, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const digits = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return der(6, Buffer.from(bytes))
}

/** The elements that follow one another; throws `RangeError` where the bytes are none. */
export function elements(bytes: Buffer): DerElement[] {
  const found: DerElement[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at)
    const first = bytes.readUInt8(at + 1)
    const count = first < 0x80 ? 0 : first & 0x7f
    if (count > 4) throw new RangeError('asn1: length too large')
    const length = count === 0 ? first : bytes.readUIntBE(at + 2, count)
    const start = at + 2 + count
    if (start + length > bytes.length) throw new RangeError('asn1: data truncated')
    found.push({
      tag,
      content: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    })
    at = start + length
  }
  return found
}

/** The value of an INTEGER that is not negative. */
export function integerValue({ content }: DerElement): bigint {
  return BigInt(`0x${content.toString('hex') || '0'}`)
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}
