import { createHash, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { FunctionError } from '../errors.ts'
import { formatTime } from '../time/format-time.ts'
import { civilTime, type Instant } from '../time/instant.ts'
import { UTC } from '../time/zone.ts'
import { der, elements, integer, oid, sequence, setOf } from './der.ts'
import { decodePem, encodePem } from './pem.ts'

/** A certificate and its key, as PEM texts: what sprig's functions give. */
export interface CertificatePair {
  readonly cert: string
  readonly key: string
}

export interface CertificateRequest {
  readonly commonName: string
  readonly ips: readonly string[]
  readonly dnsNames: readonly string[]
  readonly daysValid: number
  readonly isAuthority: boolean
}

/** Who signs, and under which name. */
export interface Issuer {
  readonly name: Buffer
  readonly keyId: Buffer | undefined
  readonly key: KeyObject
}

export interface CertificateMoment {
  readonly unixSeconds: number
  /** 128 random bits. */
  readonly serial: bigint
}

const SECONDS_PER_DAY = 86_400
const UTC_TIME_END = 2050
const TRUE = Buffer.from([1, 1, 0xff])

/** An X.509 certificate with the extensions, in the order, of Go 1.26 `x509.CreateCertificate`; PEM. */
export function createCertificate(
  request: CertificateRequest,
  {
    subjectKey,
    issuer,
    moment,
  }: { subjectKey: KeyObject; issuer: Issuer | undefined; moment: CertificateMoment },
): string {
  const subject = nameOf(request.commonName)
  const publicKey = createPublicKey(subjectKey).export({ type: 'spki', format: 'der' })
  const keyId = request.isAuthority ? subjectKeyId(publicKey) : undefined
  const signer = issuer?.key ?? subjectKey
  const issuerName = issuer?.name ?? subject
  const isForeign = !issuerName.equals(subject)
  const algorithm = signatureAlgorithm(signer)
  const body = sequence(
    der(0xa0, integer(2n)),
    integer(moment.serial),
    algorithm,
    issuerName,
    validity(moment.unixSeconds, request.daysValid),
    subject,
    publicKey,
    der(
      0xa3,
      sequence(
        ...extensions(request, { keyId, authorityId: isForeign ? issuer?.keyId : undefined }),
      ),
    ),
  )
  const digest = signer.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const signature = der(3, Buffer.from([0]), sign(digest, body, signer))
  return encodePem({ type: 'CERTIFICATE', bytes: sequence(body, algorithm, signature) })
}

/** Name and key of the certificate that signs; throws `FunctionError` with sprig's text. */
export function issuerOf(cert: string, key: KeyObject): Issuer {
  const bytes = certificateBytes(cert)
  const [whole] = elements(bytes)
  const [body] = whole === undefined ? [] : elements(whole.content)
  const parts = body === undefined ? [] : elements(body.content)
  const subject = parts[5]
  if (subject === undefined) throw new FunctionError('unable to decode certificate')
  return { name: Buffer.from(subject.whole), keyId: keyIdOf(parts.at(-1)?.content), key }
}

/** The bytes of a certificate; throws `FunctionError` where there is none. */
export function certificateBytes(pem: string): Buffer {
  const block = decodePem(pem)
  if (block === undefined) throw new FunctionError('unable to decode certificate')
  try {
    return new X509Certificate(block.bytes).raw
  } catch (error) {
    throw new FunctionError(
      'error parsing certificate: decodedCert.Bytes: x509: malformed certificate',
      { cause: error },
    )
  }
}

/** Checks the texts that templates gave; throws `FunctionError` with sprig's text. */
export function checkedIp(text: string): string {
  if (isIP(text) === 0 || text.includes('%')) throw new FunctionError(`error parsing ip: ${text}`)
  return text
}

function keyIdOf(extensionsContent: Buffer | undefined): Buffer | undefined {
  const [list] = extensionsContent === undefined ? [] : elements(extensionsContent)
  const wanted = oid('2.5.29.14')
  for (const entry of list === undefined ? [] : elements(list.content)) {
    const [id, value] = elements(entry.content)
    if (id?.whole.equals(wanted) === true && value !== undefined)
      return elements(value.content)[0]?.content
  }
  return undefined
}

function nameOf(commonName: string): Buffer {
  if (commonName === '') return sequence()
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(commonName)
  const text = der(isPrintable ? 0x13 : 0x0c, Buffer.from(commonName, 'latin1'))
  return sequence(setOf(sequence(oid('2.5.4.3'), text)))
}

function validity(from: number, days: number): Buffer {
  return sequence(timeOf(from), timeOf(from + days * SECONDS_PER_DAY))
}

function timeOf(unixSeconds: number): Buffer {
  const instant: Instant = { unixSeconds, nanoseconds: 0, zone: UTC }
  const isShort = civilTime(instant).year < UTC_TIME_END
  const text = formatTime(instant, isShort ? '060102150405Z' : '20060102150405Z')
  return der(isShort ? 0x17 : 0x18, Buffer.from(text, 'latin1'))
}

function signatureAlgorithm(key: KeyObject): Buffer {
  if (key.asymmetricKeyType === 'ec') return sequence(oid('1.2.840.10045.4.3.2'))
  if (key.asymmetricKeyType === 'ed25519') return sequence(oid('1.3.101.112'))
  return sequence(oid('1.2.840.113549.1.1.11'), der(5))
}

/** The first 20 bytes of SHA-256 over the key itself. */
function subjectKeyId(publicKey: Buffer): Buffer {
  const [whole] = elements(publicKey)
  const bits = whole === undefined ? undefined : elements(whole.content)[1]?.content.subarray(1)
  return createHash('sha256')
    .update(bits ?? publicKey)
    .digest()
    .subarray(0, 20)
}

function extensions(
  request: CertificateRequest,
  { keyId, authorityId }: { keyId: Buffer | undefined; authorityId: Buffer | undefined },
): Buffer[] {
  const usage = request.isAuthority ? Buffer.from([2, 0xa4]) : Buffer.from([5, 0xa0])
  const isSubjectEmpty = request.commonName === ''
  const names = alternativeNames(request)
  return [
    extension('2.5.29.15', der(3, usage), 'critical'),
    extension(
      '2.5.29.37',
      sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')),
      'optional',
    ),
    extension('2.5.29.19', request.isAuthority ? sequence(TRUE) : sequence(), 'critical'),
    ...(keyId === undefined ? [] : [extension('2.5.29.14', der(4, keyId), 'optional')]),
    ...(authorityId === undefined
      ? []
      : [extension('2.5.29.35', sequence(der(0x80, authorityId)), 'optional')]),
    ...(names.length === 0
      ? []
      : [extension('2.5.29.17', sequence(...names), isSubjectEmpty ? 'critical' : 'optional')]),
  ]
}

function extension(id: string, value: Buffer, weight: 'critical' | 'optional'): Buffer {
  return weight === 'critical'
    ? sequence(oid(id), TRUE, der(4, value))
    : sequence(oid(id), der(4, value))
}

function alternativeNames({ dnsNames, ips }: CertificateRequest): Buffer[] {
  return [
    ...dnsNames.map((name) => der(0x82, Buffer.from(name, 'latin1'))),
    ...ips.map((ip) => der(0x87, addressBytes(ip))),
  ]
}

/** Two bytes of an IPv4 address as one group of IPv6. */
function hexGroup(high: string, low: string): string {
  return ((Number(high) << 8) | Number(low)).toString(16)
}

function addressBytes(ip: string): Buffer {
  if (isIP(ip) === 4) return Buffer.from(ip.split('.').map(Number))
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(ip)
  const [, start = '', a = '0', b = '0', c = '0', d = '0'] = embedded ?? []
  const plain = embedded === null ? ip : `${start}${hexGroup(a, b)}:${hexGroup(c, d)}`
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  const bytes = Buffer.alloc(16)
  for (const [index, group] of groups.entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2)
  return bytes
}
