import { fixed, type GoFunction } from '../function.ts'
import { fromBuffer, toBuffer } from '../byte-string.ts'
import { textOf } from './arguments.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BASE32_PADDING: Readonly<Record<number, number>> = { 0: 0, 1: 6, 2: 4, 3: 3, 4: 1 }

/** Encodings of sprig v3.3.0: what cannot be decoded gives Go's reason as text. */
export const encodingFunctions: Readonly<Record<string, GoFunction>> = {
  b64enc: fixed(['string'], ([text], { budget }) => {
    budget.text(Math.ceil(textOf(text).length / 3) * 4)
    return toBuffer(textOf(text)).toString('base64')
  }),
  b64dec: fixed(['string'], ([text]) => {
    const decoded = decodeBase64(textOf(text))
    return typeof decoded === 'number'
      ? `illegal base64 data at input byte ${decoded}`
      : decoded.bytes
  }),
  b32enc: fixed(['string'], ([text]) => encodeBase32(textOf(text))),
  b32dec: fixed(['string'], ([text]) => decodeBase32(textOf(text))),
}

/** `base64.StdEncoding.DecodeString`: the bytes, or the position of what is wrong. Line ends are skipped. */
export function decodeBase64(text: string): { readonly bytes: string } | number {
  const positions: number[] = []
  let plain = ''
  for (const [at, char] of Array.from(text).entries()) {
    if (char === '\n' || char === '\r') continue
    plain += char
    positions.push(at)
  }
  const bad = badBase64(plain)
  if (bad !== undefined) return bad >= 0 ? (positions[bad] ?? text.length) : text.length + bad
  return { bytes: fromBuffer(Buffer.from(plain, 'base64')) }
}

/**
 * Where Go's decoder stops: each quantum of four is read whole before it is judged. What ends too early is
 * told from the end of the text, below zero.
 */
function badBase64(plain: string): number | undefined {
  for (let at = 0; at < plain.length; at += 4) {
    const quantum = plain.slice(at, at + 4)
    const wrong = quantum.search(/[^A-Za-z0-9+/]/)
    if (wrong === -1) {
      if (quantum.length < 4) return -quantum.length
      continue
    }
    const isPadding = quantum.charAt(wrong) === '='
    if (!isPadding || wrong < 2) return at + wrong
    if (wrong === 2 && quantum.length === 3) return plain.length
    if (wrong === 2 && quantum.charAt(3) !== '=') return at + 2
    return plain.length > at + 4 ? at + 4 : undefined
  }
  return undefined
}

function encodeBase32(bytes: string): string {
  let output = ''
  for (let at = 0; at < bytes.length; at += 5) {
    const block = bytes.slice(at, at + 5)
    let bits = 0n
    for (let index = 0; index < 5; index++)
      bits = (bits << 8n) | BigInt(index < block.length ? block.charCodeAt(index) : 0)
    const digits = Array.from(
      { length: 8 },
      (_, index) => BASE32[Number((bits >> BigInt(35 - index * 5)) & 31n)] ?? '',
    ).join('')
    const padding = BASE32_PADDING[block.length % 5] ?? 0
    output += digits.slice(0, 8 - padding) + '='.repeat(padding)
  }
  return output
}

/** Where Go's decoder stops, which reads quanta of eight; one that ends too early is told by its start. */
function badBase32(plain: string): number | undefined {
  for (let start = 0; start < plain.length; start += 8) {
    const quantum = plain.slice(start, start + 8)
    const wrong = quantum.search(/[^A-Z2-7]/)
    if (wrong === -1) {
      if (quantum.length < 8) return start
      continue
    }
    const rest = plain.length - (start + wrong + 1)
    if (quantum.charAt(wrong) !== '=' || wrong < 2 || rest >= 8) return start + wrong
    if (quantum.length < 8) return plain.length
    const unpadded = quantum.slice(wrong + 1).search(/[^=]/)
    if (unpadded !== -1) return start + wrong + unpadded
    return [1, 3, 6].includes(wrong) ? start + wrong : undefined
  }
  return undefined
}

function decodeBase32(text: string): string {
  const plain = text.replaceAll(/[\r\n]/g, '')
  const body = plain.replace(/=.*$/s, '')
  const bad = badBase32(plain)
  if (bad !== undefined) return `illegal base32 data at input byte ${bad}`
  let bits = 0
  let value = 0
  let output = ''
  for (const char of body) {
    value = (value << 5) | BASE32.indexOf(char)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      output += String.fromCharCode((value >> bits) & 0xff)
    }
    value &= (1 << bits) - 1
  }
  return output
}
