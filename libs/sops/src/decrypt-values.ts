import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import { RE2JS } from 're2js'
import type { Metadata } from './metadata.ts'
import { SopsError } from './sops-error.ts'

const ENCRYPTED = /^ENC\[AES256_GCM,data:(.*),iv:(.+),tag:(.+),type:(.+)\]$/u
const DEPTH_MAX = 100
/** So that a MAC over encrypted values alone is never one over all of them (SOPS 3.9). */
const ONLY_ENCRYPTED = Buffer.from(
  '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69',
  'hex',
)

interface Decryption {
  readonly metadata: Metadata
  readonly key: Uint8Array
  readonly onSecret: (value: string) => void
}

/** Decrypts the values of the documents of one file, in their order, and verifies its MAC. @throws SopsError */
export function decryptValues(
  documents: readonly YamlMap[],
  { metadata, key, onSecret }: Decryption,
): readonly YamlMap[] {
  const hash = createHash('sha512')
  if (metadata.macOnlyEncrypted) hash.update(ONLY_ENCRYPTED)
  const isEncrypted = ruleOf(metadata)
  const walk = (value: YamlValue, path: readonly string[]): YamlValue => {
    if (path.length > DEPTH_MAX)
      throw new SopsError('SOPS_FORMAT', `values are nested deeper than ${DEPTH_MAX}`)
    if (value === null) return null
    if (isYamlMap(value)) return walkMap(value, path)
    if (isYamlList(value)) return value.map((item) => walk(item, path))
    const encrypted = isEncrypted(path)
    const clear = encrypted ? decryptValue(value, key, path) : { value, hashed: hashedText(value) }
    if (encrypted && typeof clear.value === 'string') onSecret(clear.value)
    if ((encrypted || !metadata.macOnlyEncrypted) && clear.hashed !== undefined)
      hash.update(clear.hashed)
    return clear.value
  }
  const walkMap = (map: YamlMap, path: readonly string[]): YamlMap =>
    new Map([...map].map(([name, value]) => [name, walk(value, [...path, name])]))
  const clear = documents.map((document) => walkMap(document, []))
  verify(hash.digest('hex').toUpperCase(), metadata, key)
  return clear
}

function verify(mac: string, { mac: sealed, lastModified }: Metadata, key: Uint8Array): void {
  if (sealed === '') throw new SopsError('SOPS_MAC', 'it has no MAC: encrypt it again with sops')
  const expected = Buffer.from(open(sealed, key, lastModified).bytes)
  const actual = Buffer.from(mac)
  if (expected.length === actual.length && timingSafeEqual(expected, actual)) return
  throw new SopsError(
    'SOPS_MAC',
    'its MAC does not fit what is in it: something other than sops has changed it; restore it, or ' +
      'look at each value and encrypt it again with sops --ignore-mac',
  )
}

/** Which values are encrypted, by the names that lead to them. */
function ruleOf(metadata: Metadata): (path: readonly string[]) => boolean {
  const { unencryptedSuffix, encryptedSuffix } = metadata
  const unencrypted = patternOf(metadata.unencryptedRegex)
  const encrypted = patternOf(metadata.encryptedRegex)
  return (path) => {
    let is = true
    if (unencryptedSuffix !== '' && path.some((name) => name.endsWith(unencryptedSuffix)))
      is = false
    if (encryptedSuffix !== '') is = path.some((name) => name.endsWith(encryptedSuffix))
    if (unencrypted !== undefined && path.some((name) => unencrypted.find(name))) is = false
    if (encrypted !== undefined) is = path.some((name) => encrypted.find(name))
    return is
  }
}

function patternOf(text: string): { find(name: string): boolean } | undefined {
  if (text === '') return undefined
  try {
    const pattern = RE2JS.compile(text)
    return { find: (name) => pattern.matcher(name).find() }
  } catch (error) {
    throw new SopsError('SOPS_FORMAT', `sops: ${text} is no regular expression`, { cause: error })
  }
}

interface Clear {
  readonly value: YamlValue
  /** What the MAC covers; nothing for a comment. */
  readonly hashed: string | Uint8Array | undefined
}

function decryptValue(value: YamlValue, key: Uint8Array, path: readonly string[]): Clear {
  const place = path.join('.')
  if (typeof value !== 'string') throw notEncrypted(place)
  if (value === '') return { value, hashed: '' }
  const { bytes, type } = openAt(value, key, path)
  const text = bytes.toString('utf8')
  switch (type) {
    case 'str':
    case 'bytes':
      return { value: text, hashed: bytes }
    case 'int': {
      const whole = BigInt(text)
      return { value: Number.isSafeInteger(Number(whole)) ? Number(whole) : whole, hashed: text }
    }
    case 'float':
      return { value: Number(text), hashed: text }
    case 'bool': {
      const is = ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)
      return { value: is, hashed: is ? 'True' : 'False' }
    }
    case 'time':
      return { value: text, hashed: text }
    case 'comment':
      return { value: text, hashed: undefined }
    default:
      throw new SopsError('SOPS_FORMAT', `${place} has a type that SOPS has not: ${type}`)
  }
}

function openAt(value: string, key: Uint8Array, path: readonly string[]): Opened {
  try {
    return open(value, key, `${path.join(':')}:`)
  } catch (error) {
    if (!(error instanceof SopsError)) throw error
    throw new SopsError(error.code, `${path.join('.')} ${error.message}`, { cause: error })
  }
}

interface Opened {
  readonly bytes: Buffer
  readonly type: string
}

function open(value: string, key: Uint8Array, additional: string): Opened {
  const [, data = '', iv = '', tag = '', type = ''] = ENCRYPTED.exec(value) ?? []
  if (type === '') throw new SopsError('SOPS_FORMAT', 'is not encrypted, and its rules say it is')
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'))
    cipher.setAAD(Buffer.from(additional)).setAuthTag(Buffer.from(tag, 'base64'))
    const bytes = Buffer.concat([cipher.update(Buffer.from(data, 'base64')), cipher.final()])
    return { bytes, type }
  } catch (error) {
    throw new SopsError(
      'SOPS_MAC',
      'cannot be decrypted: it was changed, or moved to another place',
      {
        cause: error,
      },
    )
  }
}

function notEncrypted(place: string): SopsError {
  return new SopsError('SOPS_FORMAT', `${place} is not encrypted, and its rules say it is`)
}

/** A value as SOPS writes it for its MAC. */
function hashedText(value: string | number | bigint | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string' || typeof value === 'bigint') return String(value)
  return plainNumber(value)
}

/** Go's FormatFloat(f, 'f', -1, 64): the shortest digits, without an exponent. */
function plainNumber(value: number): string {
  const text = String(value)
  const [, sign = '', whole = '', part = '', exponent] =
    /^(?<sign>-?)(?<whole>\d+)(?:\.(?<part>\d+))?(?:e(?<exponent>[+-]?\d+))?$/u.exec(text) ?? []
  if (exponent === undefined) return text
  const shift = Number(exponent)
  const digits = whole + part
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${digits}`
  return `${sign}${digits.padEnd(shift + 1, '0')}`
}
