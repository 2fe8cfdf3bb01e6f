import type { Random } from '@tidemark/kernel'

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789' // Kubernetes leaves out vowels and what looks alike.
const SUFFIX_LENGTH = 5

/** Five characters, as the API server appends to `generateName` and controllers to the names of Pods. */
export function randomSuffix(random: Random): string {
  return [...random.bytes(SUFFIX_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** A number as a name that has no word in it. */
export function safeName(number: number): string {
  return Array.from(String(number), (digit) => ALPHABET[Number(digit)]).join('')
}
