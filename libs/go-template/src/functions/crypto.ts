import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { type CallContext } from '../call-context.ts'
import { fromBuffer, toBuffer } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { printed } from '../fmt/print.ts'
import { fixed, type GoFunction } from '../function.ts'
import { type GeneratedSources } from '../generated-values.ts'
import { type GoObject, isObject, type Value } from '../values.ts'
import { integerOf, sliceOf, textOf } from './arguments.ts'
import { bcrypt } from './bcrypt.ts'
import {
  type CertificatePair,
  type CertificateRequest,
  certificateBytes,
  checkedIp,
  createCertificate,
  type Issuer,
  issuerOf,
} from './certificates.ts'
import { derivePassword } from './derive-password.ts'
import { decodeBase64 } from './encoding.ts'
import { generated } from './generate.ts'
import {
  generateCertificateKey,
  generatePrivateKey,
  parsePrivateKey,
  privateKeyPem,
  type Effort,
} from './private-keys.ts'

const LIST = '[]interface {}'
const CERTIFICATE = 'sprig.certificate'
/** Prices in steps, below what each takes: what a render cannot pay for is refused before any of it is made. */
const BCRYPT_STEPS = 30_000
const SCRYPT_STEPS = 60_000
const RSA_4096_STEPS = 100_000
const RSA_2048_STEPS = 30_000
const SIGNATURE_STEPS = 5_000
const BCRYPT_COST = 10
const BCRYPT_COST_LEAST = 4

/** Cryptographic functions of sprig v3.3.0; keys, certificates and salted hashes are remembered. */
export const cryptoFunctions: Readonly<Record<string, GoFunction>> = {
  bcrypt: fixed(['string'], ([text], context) => hashed('bcrypt', textOf(text), context)),
  htpasswd: fixed(['string', 'string'], ([user, password], context) =>
    textOf(user).includes(':')
      ? `invalid username: ${textOf(user)}`
      : `${textOf(user)}:${hashed('htpasswd', textOf(password), context)}`,
  ),
  derivePassword: fixed(['uint32', 'string', 'string', 'string', 'string'], (args, context) => {
    const [counter, kind, password, user, site] = args
    context.pay(SCRYPT_STEPS)
    return derivePassword({
      counter: integerOf(counter),
      kind: textOf(kind),
      password: textOf(password),
      user: textOf(user),
      site: textOf(site),
      effort: effortOf(context),
    })
  }),
  genPrivateKey: fixed(['string'], ([kind], context) => {
    const isLong = ['', 'rsa', 'dsa'].includes(textOf(kind))
    const price = isLong ? RSA_4096_STEPS : SIGNATURE_STEPS
    return generated(context, { name: 'genPrivateKey', args: [kind], price }, () =>
      generatePrivateKey(textOf(kind), effortOf(context)),
    )
  }),
  encryptAES: fixed(['string', 'string'], ([password, text], context) =>
    textOf(text) === ''
      ? ''
      : generated(
          context,
          { name: 'encryptAES', args: [password, text], price: SIGNATURE_STEPS },
          ({ random }) => encryptAes(textOf(password), textOf(text), random.bytes(16)),
        ),
  ),
  decryptAES: fixed(['string', 'string'], ([password, text]) =>
    decryptAes(textOf(password), textOf(text)),
  ),
  buildCustomCert: fixed(['string', 'string'], ([cert, key]) =>
    customCertificate(textOf(cert), textOf(key)),
  ),
  genCA: fixed(['string', 'int'], (args, context) => {
    const [name, days] = args
    const request = { ...requestOf(name, null, null, days), isAuthority: true }
    return certificate('genCA', { args, request, context })
  }),
  genCAWithKey: fixed(['string', 'int', 'string'], (args, context) => {
    const [name, days, key] = args
    const request = { ...requestOf(name, null, null, days), isAuthority: true }
    return certificate('genCAWithKey', { args, request, context, key: keyOf(key) })
  }),
  genSelfSignedCert: fixed(['string', LIST, LIST, 'int'], (args, context) => {
    const [name, ips, names, days] = args
    return certificate('genSelfSignedCert', {
      args,
      request: requestOf(name, ips, names, days),
      context,
    })
  }),
  genSelfSignedCertWithKey: fixed(['string', LIST, LIST, 'int', 'string'], (args, context) => {
    const [name, ips, names, days, key] = args
    const request = requestOf(name, ips, names, days)
    return certificate('genSelfSignedCertWithKey', { args, request, context, key: keyOf(key) })
  }),
  genSignedCert: fixed(['string', LIST, LIST, 'int', CERTIFICATE], (args, context) => {
    const [name, ips, names, days, authority] = args
    const issuer = issuerFrom(authority)
    return certificate('genSignedCert', {
      args,
      request: requestOf(name, ips, names, days),
      context,
      issuer,
    })
  }),
  genSignedCertWithKey: fixed(
    ['string', LIST, LIST, 'int', CERTIFICATE, 'string'],
    (args, context) => {
      const [name, ips, names, days, authority, key] = args
      const issuer = issuerFrom(authority)
      const request = requestOf(name, ips, names, days)
      return certificate('genSignedCertWithKey', {
        args,
        request,
        context,
        issuer,
        key: keyOf(key),
      })
    },
  ),
}

function effortOf({ isRehearsal }: CallContext): Effort {
  return isRehearsal ? 'least' : 'full'
}

function hashed(name: string, password: string, context: CallContext): string {
  const args = [password]
  const cost = context.isRehearsal ? BCRYPT_COST_LEAST : BCRYPT_COST
  return generated(context, { name, args, price: BCRYPT_STEPS }, ({ random }) => {
    const result = bcrypt(toBuffer(password), { salt: random.bytes(16), cost })
    return typeof result === 'string'
      ? `failed to encrypt string with bcrypt: ${result}`
      : result.hash
  })
}

function aesKey(password: string): Buffer {
  const key = Buffer.alloc(32)
  toBuffer(password).copy(key)
  return key
}

function encryptAes(password: string, text: string, iv: Uint8Array): string {
  const cipher = createCipheriv('aes-256-cbc', aesKey(password), iv)
  return Buffer.concat([iv, cipher.update(toBuffer(text)), cipher.final()]).toString('base64')
}

function decryptAes(password: string, text: string): string {
  if (text === '') return ''
  const decoded = decodeBase64(text)
  if (typeof decoded === 'number')
    throw new FunctionError(`illegal base64 data at input byte ${decoded}`)
  const bytes = toBuffer(decoded.bytes)
  if (bytes.length < 16)
    throw new FunctionError(
      `runtime error: slice bounds out of range [:16] with capacity ${Math.floor(text.length / 4) * 3}`,
    )
  const body = bytes.subarray(16)
  if (body.length % 16 !== 0) throw new FunctionError('crypto/cipher: input not full blocks')
  if (body.length === 0) throw new FunctionError('runtime error: index out of range [-1]')
  const cipher = createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, 16))
  cipher.setAutoPadding(false)
  const plain = Buffer.concat([cipher.update(body), cipher.final()])
  const end = plain.length - (plain.at(-1) ?? 0)
  if (end < 0) throw new FunctionError(`runtime error: slice bounds out of range [:${end}]`)
  return fromBuffer(plain.subarray(0, end))
}

interface GoCertificate extends GoObject {
  readonly pair: CertificatePair
}

function goCertificate(pair: CertificatePair): GoCertificate {
  return {
    pair,
    goType: CERTIFICATE,
    goKind: 'struct',
    fields: [
      { name: 'Cert', value: pair.cert },
      { name: 'Key', value: pair.key },
    ],
    methods: {},
  }
}

function pairOf(value: Value): CertificatePair {
  if (isObject(value) && isCertificate(value)) return value.pair
  throw new FunctionError('a certificate was expected')
}

function isCertificate(value: GoObject): value is GoCertificate {
  return 'pair' in value
}

function customCertificate(cert64: string, key64: string): GoObject {
  const cert = decodeBase64(cert64)
  if (typeof cert === 'number') throw new FunctionError('unable to decode base64 certificate')
  const key = decodeBase64(key64)
  if (typeof key === 'number') throw new FunctionError('unable to decode base64 private key')
  certificateBytes(cert.bytes)
  try {
    parsePrivateKey(key.bytes)
  } catch (error) {
    if (error instanceof FunctionError)
      throw new FunctionError(`error parsing private key: ${error.message}`, { cause: error })
    throw error
  }
  return goCertificate({ cert: cert.bytes, key: key.bytes })
}

function requestOf(name: Value, ips: Value, names: Value, days: Value): CertificateRequest {
  return {
    commonName: textOf(name),
    ips: textsOf(ips, (ip) => `error parsing ip: ${ip} is not a string`).map(checkedIp),
    dnsNames: textsOf(
      names,
      (dns) => `error processing alternate dns name: ${dns} is not a string`,
    ),
    daysValid: integerOf(days),
    isAuthority: false,
  }
}

function textsOf(list: Value, problem: (shown: string) => string): string[] {
  if (list === null) return []
  return sliceOf(list).items.map((item) => {
    if (typeof item === 'string') return item
    throw new FunctionError(problem(printed(item)))
  })
}

function keyOf(pem: Value): KeyObject {
  return prefixed('parsing private key', () => parsePrivateKey(textOf(pem)))
}

function issuerFrom(authority: Value): Issuer {
  const { cert, key } = pairOf(authority)
  certificateBytes(cert)
  return issuerOf(
    cert,
    prefixed('error parsing private key', () => parsePrivateKey(key)),
  )
}

function prefixed<T>(problem: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof FunctionError)
      throw new FunctionError(`${problem}: ${error.message}`, { cause: error })
    throw error
  }
}

interface CertificateCall {
  readonly args: readonly Value[]
  readonly request: CertificateRequest
  readonly context: CallContext
  readonly issuer?: Issuer
  readonly key?: KeyObject
}

/** Certificate and key are remembered together, as JSON. */
function certificate(
  name: string,
  { args, request, context, issuer, key }: CertificateCall,
): GoObject {
  const price = key === undefined ? RSA_2048_STEPS : SIGNATURE_STEPS
  const text = generated(context, { name, args, price }, ({ random, clock }: GeneratedSources) => {
    const subjectKey = key ?? generateCertificateKey(effortOf(context))
    const moment = {
      unixSeconds: Math.floor(clock.now() / 1000),
      serial: BigInt(`0x${Buffer.from(random.bytes(16)).toString('hex')}`),
    }
    const cert = createCertificate(request, { subjectKey, issuer, moment })
    return JSON.stringify([cert, privateKeyPem(subjectKey)])
  })
  const pair: unknown = JSON.parse(text)
  if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string')
    throw new FunctionError('the remembered certificate is none')
  return goCertificate({ cert: pair[0], key: pair[1] })
}
