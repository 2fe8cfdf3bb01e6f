import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { FunctionError } from '../errors.ts'
import { elements, integer, integerValue, sequence } from './der.ts'
import { decodePem, encodePem } from './pem.ts'

/** Bits of the keys that sprig makes. */
const RSA_BITS = 4_096
const RSA_CERTIFICATE_BITS = 2_048
const DSA_BITS = 2_048
const DSA_DIVISOR_BITS = 256
const SUFFIX = ' PRIVATE KEY'

/** `least` is for a rehearsal: something of the same use, which costs no time. */
export type Effort = 'full' | 'least'

/** `genPrivateKey` of sprig: a PEM text, or a text that says why there is none. */
export function generatePrivateKey(kind: string, effort: Effort): string {
  const isDear = kind === '' || kind === 'rsa' || kind === 'dsa'
  switch (isDear && effort === 'least' ? 'ecdsa' : kind) {
    case '':
    case 'rsa':
      return privateKeyPem(generateKeyPairSync('rsa', { modulusLength: RSA_BITS }).privateKey)
    case 'dsa': {
      const pair = generateKeyPairSync('dsa', {
        modulusLength: DSA_BITS,
        divisorLength: DSA_DIVISOR_BITS,
      })
      return dsaPem(pair.privateKey)
    }
    case 'ecdsa':
      return privateKeyPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    case 'ed25519':
      return privateKeyPem(generateKeyPairSync('ed25519').privateKey)
    default:
      return `Unknown type ${kind}`
  }
}

/** The key that sprig makes for a certificate. */
export function generateCertificateKey(effort: Effort): KeyObject {
  if (effort === 'least') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return generateKeyPairSync('rsa', { modulusLength: RSA_CERTIFICATE_BITS }).privateKey
}

/** The form in which Go writes each kind of key. */
export function privateKeyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return String(key.export({ type: 'pkcs1', format: 'pem' }))
    case 'ec':
      return String(key.export({ type: 'sec1', format: 'pem' }))
    default:
      return String(key.export({ type: 'pkcs8', format: 'pem' }))
  }
}

/** Reads a key as sprig does; throws `FunctionError` with its text. */
export function parsePrivateKey(pem: string): KeyObject {
  const block = decodePem(pem)
  if (block === undefined) throw new FunctionError('no PEM data in input')
  if (block.type === 'PRIVATE KEY') return readKey(block.bytes, 'pkcs8', 'decoding PEM as PKCS#8')
  if (!block.type.endsWith(SUFFIX))
    throw new FunctionError(`no private key data in PEM block of type ${block.type}`)
  const kind = block.type.slice(0, -SUFFIX.length)
  if (kind === 'RSA') return readKey(block.bytes, 'pkcs1', 'parsing RSA private key from PEM')
  if (kind === 'EC') return readKey(block.bytes, 'sec1', 'parsing EC private key from PEM')
  throw new FunctionError(`invalid private key type ${kind}`)
}

function readKey(bytes: Buffer, type: 'pkcs1' | 'pkcs8' | 'sec1', problem: string): KeyObject {
  try {
    return createPrivateKey({ key: bytes, format: 'der', type })
  } catch (error) {
    throw new FunctionError(`${problem}: asn1: structure error`, { cause: error })
  }
}

/** version, p, q, g, y, x: the form of OpenSSL, which Node does not write. */
function dsaPem(key: KeyObject): string {
  const [whole] = elements(key.export({ type: 'pkcs8', format: 'der' }))
  const [, algorithm, secret] = whole === undefined ? [] : elements(whole.content)
  const [, parameters] = algorithm === undefined ? [] : elements(algorithm.content)
  const [p, q, g] = parameters === undefined ? [] : elements(parameters.content).map(integerValue)
  const [x] = secret === undefined ? [] : elements(secret.content).map(integerValue)
  if (p === undefined || q === undefined || g === undefined || x === undefined)
    throw new FunctionError('failed to generate private key: unknown form')
  const y = power(g, x, p)
  const bytes = sequence(...[0n, p, q, g, y, x].map(integer))
  return encodePem({ type: 'DSA PRIVATE KEY', bytes })
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left % 2n === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
