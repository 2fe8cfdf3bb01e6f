const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECKSUM_DIGITS = 6

/** The bytes of a Bech32 text (BIP 173) with this prefix; `undefined` where it is none. */
export function decodeBech32(text: string, prefix: string): Uint8Array | undefined {
  const lower = text.toLowerCase()
  if (!lower.startsWith(`${prefix}1`) || (text !== lower && text !== text.toUpperCase()))
    return undefined
  const digits = Array.from(lower.slice(prefix.length + 1), (letter) => LETTERS.indexOf(letter))
  if (digits.includes(-1) || digits.length < CHECKSUM_DIGITS) return undefined
  if (checksum(prefix, digits) !== 1) return undefined
  return bytesOf(digits.slice(0, -CHECKSUM_DIGITS))
}

function checksum(prefix: string, digits: readonly number[]): number {
  const codes = Array.from(prefix, (letter) => letter.codePointAt(0) ?? 0)
  let sum = 1
  for (const digit of [
    ...codes.map((code) => code >> 5),
    0,
    ...codes.map((code) => code & 31),
    ...digits,
  ]) {
    const top = sum >> 25
    sum = ((sum & 0x1ffffff) << 5) ^ digit
    for (const [bit, generator] of GENERATORS.entries())
      if (((top >> bit) & 1) === 1) sum ^= generator
  }
  return sum
}

/** Groups of five bits as bytes; what is left over must be zero. */
function bytesOf(digits: readonly number[]): Uint8Array | undefined {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const digit of digits) {
    held = ((held << 5) | digit) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 255)
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? Uint8Array.from(bytes) : undefined
}
