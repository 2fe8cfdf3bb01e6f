import { createHmac, scryptSync } from 'node:crypto'
import { toBuffer } from '../byte-string.ts'
import { type Effort } from './private-keys.ts'

const SEED = 'com.lyndir.masterpassword'
const SCRYPT = { N: 32_768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 }
const SCRYPT_LEAST = { N: 2, r: 1, p: 1 }
const KEY_BYTES = 64

/** The patterns of the Master Password algorithm; each letter stands for a set below. */
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: [
    'CvcvnoCvcvCvcv',
    'CvcvCvcvnoCvcv',
    'CvcvCvcvCvcvno',
    'CvccnoCvcvCvcv',
    'CvccCvcvnoCvcv',
    'CvccCvcvCvcvno',
    'CvcvnoCvccCvcv',
    'CvcvCvccnoCvcv',
    'CvcvCvccCvcvno',
    'CvcvnoCvcvCvcc',
    'CvcvCvcvnoCvcc',
    'CvcvCvcvCvccno',
    'CvccnoCvccCvcv',
    'CvccCvccnoCvcv',
    'CvccCvccCvcvno',
    'CvcvnoCvccCvcc',
    'CvcvCvccnoCvcc',
    'CvcvCvccCvccno',
    'CvccnoCvcvCvcc',
    'CvccCvcvnoCvcc',
    'CvccCvcvCvccno',
  ],
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
}
const CHARACTERS: Readonly<Record<string, string>> = {
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  A: 'AEIOUBCDFGHJKLMNPQRSTVWXYZ',
  a: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz',
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()',
}

export interface PasswordRequest {
  readonly counter: number
  readonly kind: string
  readonly password: string
  readonly user: string
  readonly site: string
  readonly effort: Effort
}

/** The Master Password algorithm, version 3, as sprig has it: no randomness in it. */
export function derivePassword(request: PasswordRequest): string {
  const { counter, kind, password, user, site, effort } = request
  const patterns = Object.hasOwn(PATTERNS, kind) ? PATTERNS[kind] : undefined
  if (patterns === undefined) return `cannot find password template ${kind}`
  const salt = Buffer.concat([toBuffer(SEED), word(user.length), toBuffer(user)])
  const cost = effort === 'full' ? SCRYPT : SCRYPT_LEAST
  const key = scryptSync(toBuffer(password), salt, KEY_BYTES, cost)
  const message = Buffer.concat([toBuffer(SEED), word(site.length), toBuffer(site), word(counter)])
  const seed = createHmac('sha256', key).update(message).digest()
  const pattern = patterns[(seed[0] ?? 0) % patterns.length] ?? ''
  return Array.from(pattern, (letter, index) => {
    const set = CHARACTERS[letter] ?? ''
    return set.charAt((seed[index + 1] ?? 0) % set.length)
  }).join('')
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
