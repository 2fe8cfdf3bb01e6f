/** bcrypt (Provos and Mazières 1999), version 2a, as golang.org/x/crypto makes it. Pure: the salt comes in. */

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const ROUNDS = 16
const SUBKEYS = ROUNDS + 2
const BOXES = 4 * 256
const PASSWORD_BYTES_MAX = 72
const MAGIC = Buffer.from('OrpheanBeholderScryDoubt', 'latin1')
/** Of the 24 bytes that come out, the last is dropped, as everywhere. */
const DIGEST_BYTES = 23

/** The whole text, `$2a$10$…`, or Go's reason why there is none. */
export function bcrypt(
  password: Uint8Array,
  { salt, cost }: { salt: Uint8Array; cost: number },
): { readonly hash: string } | string {
  if (password.length > PASSWORD_BYTES_MAX) return 'bcrypt: password length exceeds 72 bytes'
  const cipher = new Blowfish()
  const key = Buffer.concat([password, Buffer.from([0])])
  cipher.expand(key, salt)
  for (let round = 0; round < 2 ** cost; round++) {
    cipher.expand(key)
    cipher.expand(salt)
  }
  const words = new Uint32Array(6)
  for (let index = 0; index < 6; index++) words[index] = MAGIC.readUInt32BE(index * 4)
  for (let block = 0; block < 6; block += 2)
    for (let round = 0; round < 64; round++) cipher.encrypt(words, block)
  const digest = Buffer.alloc(24)
  for (const [index, word] of words.entries()) digest.writeUInt32BE(word, index * 4)
  const prefix = `$2a$${String(cost).padStart(2, '0')}$`
  return { hash: prefix + encode(salt) + encode(digest.subarray(0, DIGEST_BYTES)) }
}

class Blowfish {
  readonly #subkeys: Uint32Array
  readonly #boxes: Uint32Array

  constructor() {
    const words = piWords()
    this.#subkeys = words.slice(0, SUBKEYS)
    this.#boxes = words.slice(SUBKEYS)
  }

  /** The key schedule; a salt, where there is one, is mixed into each block. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    let at = 0
    for (let index = 0; index < SUBKEYS; index++) {
      let word = 0
      for (let count = 0; count < 4; count++) {
        word = (word << 8) | (key[at] ?? 0)
        at = (at + 1) % key.length
      }
      this.#subkeys[index] = (this.#subkeys[index] ?? 0) ^ word
    }
    const mixed = salt === undefined ? undefined : Buffer.from(salt)
    const block = new Uint32Array(2)
    let saltAt = 0
    for (const target of [this.#subkeys, this.#boxes])
      for (let index = 0; index < target.length; index += 2) {
        if (mixed !== undefined) {
          block[0] = (block[0] ?? 0) ^ mixed.readUInt32BE(saltAt)
          block[1] = (block[1] ?? 0) ^ mixed.readUInt32BE(saltAt + 4)
          saltAt = (saltAt + 8) % 16
        }
        this.encrypt(block, 0)
        target[index] = block[0] ?? 0
        target[index + 1] = block[1] ?? 0
      }
  }

  /** Encrypts two words in place. */
  encrypt(words: Uint32Array, at: number): void {
    const subkeys = this.#subkeys
    const boxes = this.#boxes
    let left = (words[at] ?? 0) ^ (subkeys[0] ?? 0)
    let right = words[at + 1] ?? 0
    for (let round = 1; round <= ROUNDS; round += 2) {
      right ^= mix(boxes, left) ^ (subkeys[round] ?? 0)
      left ^= mix(boxes, right) ^ (subkeys[round + 1] ?? 0)
    }
    words[at] = right ^ (subkeys[SUBKEYS - 1] ?? 0)
    words[at + 1] = left
  }
}

function mix(boxes: Uint32Array, word: number): number {
  const first = boxes[word >>> 24] ?? 0
  const second = boxes[256 + ((word >>> 16) & 0xff)] ?? 0
  const third = boxes[512 + ((word >>> 8) & 0xff)] ?? 0
  const fourth = boxes[768 + (word & 0xff)] ?? 0
  return (((first + second) ^ third) + fourth) | 0
}

let words: Uint32Array | undefined

/** The fraction of pi in words of 32 bits, which is what Blowfish starts from (Machin's formula). */
function piWords(): Uint32Array {
  if (words !== undefined) return words
  const count = SUBKEYS + BOXES
  const bits = BigInt(count * 32)
  const guard = 64n
  const one = 1n << (bits + guard)
  const pi = 4n * (4n * arctangent(5n, one) - arctangent(239n, one))
  const fraction = (pi - 3n * one) >> guard
  const hex = fraction.toString(16).padStart(count * 8, '0')
  words = Uint32Array.from({ length: count }, (_, index) =>
    Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16),
  )
  return words
}

/** arctan(1/x), scaled by `one`. */
function arctangent(x: bigint, one: bigint): bigint {
  let power = one / x
  let sum = power
  for (let divisor = 3n; power !== 0n; divisor += 2n) {
    power /= -(x * x)
    sum += power / divisor
  }
  return sum
}

/** Base 64 with bcrypt's own alphabet, without padding. */
function encode(bytes: Uint8Array): string {
  let text = ''
  let value = 0
  let bits = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += ALPHABET.charAt((value >> bits) & 0x3f)
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (6 - bits)) & 0x3f)
}
