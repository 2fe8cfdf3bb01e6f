// What signs artifacts as cosign does: with a key, or with a certificate of an authority and an entry in a log of our own.
import {
  createHash,
  generateKeyPairSync,
  hash,
  sign,
  type KeyObject,
  X509Certificate,
} from 'node:crypto'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDir } from '../components/child.ts'
import { program } from '../components/component.ts'
import type { PushedLayer, RegistryRig } from './registry.ts'

const run = promisify(execFile)
const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json'
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

export interface Place {
  readonly registry: RegistryRig
  readonly repository: string
  readonly digest: string
}

export interface KeySigner {
  readonly publicPem: string
  /** Puts a signature beside a digest; `of` is the digest that it says. */
  sign(place: Place, of?: string): void
}

/** A key pair of `cosign generate-key-pair`, or of the other kinds that it takes. */
export function keySigner(type: 'ec' | 'rsa' | 'ed25519' = 'ec'): KeySigner {
  const { privateKey, publicKey } = keyPair(type)
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: ({ registry, repository, digest }, of = digest) => {
      const payload = simplePayload(of)
      const signature = signed(payload, privateKey)
      const layer = simpleLayer(payload, { 'dev.cosignproject.cosign/signature': signature })
      registry.push(repository, sigTag(digest), { layers: [layer] })
    },
  }
}

export interface KeylessSigner extends Disposable {
  readonly trustedRoot: string
  signSimple(place: Place, options?: KeylessOptions): void
  signBundle(place: Place, options?: KeylessOptions): void
}

export interface KeylessOptions {
  /** Seconds from the making of the certificate at which the log says that it was entered. */
  readonly enteredAfterS?: number
  readonly log?: 'ours' | 'another'
  readonly entry?: 'sound' | 'of another signature'
}

/** An authority and a log that know one person, by e-mail and issuer. */
export async function keylessSigner(email: string, issuer: string): Promise<KeylessSigner> {
  const dir = temporaryDir('sigstore')
  const file = (name: string): string => join(dir.path, name)
  const openssl = program('openssl')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const authority = ['-x509', '-subj', '/CN=authority of a test', '-days', '2']
  await run(openssl, [
    'req',
    ...key,
    ...authority,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.crt'),
  ])
  const extensions = `subjectAltName=email:${email}\n1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:${issuer}\n`
  writeFileSync(file('ext'), extensions)
  await run(openssl, ['req', ...key, '-subj', '/', '-keyout', file('key'), '-out', file('csr')])
  const by = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '1']
  const made = ['-in', file('csr'), '-out', file('crt'), '-extfile', file('ext')]
  await run(openssl, ['x509', '-req', ...by, ...made])
  const pem = readFileSync(file('crt'), 'utf8')
  const certificate = new X509Certificate(pem)
  const logs = { ours: keyPair('ec'), another: keyPair('ec') }
  const logId = (log: 'ours' | 'another'): Buffer =>
    createHash('sha256').update(derOf(logs[log].publicKey)).digest()
  const enter = (body: string, { enteredAfterS = 60, log = 'ours' }: KeylessOptions) => {
    const integratedTime = Math.floor(certificate.validFromDate.getTime() / 1000) + enteredAfterS
    const entry = { body, integratedTime, logID: logId(log).toString('hex'), logIndex: 7 }
    return { entry, promise: signed(Buffer.from(JSON.stringify(entry)), logs[log].privateKey) }
  }
  return {
    trustedRoot: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [
        {
          certChain: {
            certificates: [
              {
                rawBytes: new X509Certificate(readFileSync(file('ca.crt'))).raw.toString('base64'),
              },
            ],
          },
          validFor: { start: '2020-01-01T00:00:00Z' },
        },
      ],
      tlogs: [
        {
          publicKey: {
            rawBytes: derOf(logs.ours.publicKey).toString('base64'),
            validFor: { start: '2020-01-01T00:00:00Z' },
          },
          logId: { keyId: logId('ours').toString('base64') },
        },
      ],
    }),
    signSimple: ({ registry, repository, digest }, options = {}) => {
      const payload = simplePayload(digest)
      const signature = signed(payload, readFileSync(file('key')))
      const body = base64({
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: {
          data: { hash: { algorithm: 'sha256', value: entered(payload, options) } },
          signature: {
            content: signature,
            publicKey: { content: Buffer.from(pem).toString('base64') },
          },
        },
      })
      const { entry, promise } = enter(body, options)
      const layer = simpleLayer(payload, {
        'dev.cosignproject.cosign/signature': signature,
        'dev.sigstore.cosign/certificate': pem,
        'dev.sigstore.cosign/bundle': JSON.stringify({
          SignedEntryTimestamp: promise,
          Payload: entry,
        }),
      })
      registry.push(repository, sigTag(digest), { layers: [layer] })
    },
    signBundle: ({ registry, repository, digest }, options = {}) => {
      const statement = {
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
        predicateType: 'https://sigstore.dev/cosign/sign/v1',
      }
      const payload = Buffer.from(JSON.stringify(statement))
      const type = 'application/vnd.in-toto+json'
      const head = `DSSEv1 ${type.length} ${type} ${payload.length} `
      const signature = signed(
        Buffer.concat([Buffer.from(head), payload]),
        readFileSync(file('key')),
      )
      const body = base64({
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          payloadHash: { algorithm: 'sha256', value: entered(payload, options) },
          signatures: [{ signature, verifier: Buffer.from(pem).toString('base64') }],
        },
      })
      const { entry, promise } = enter(body, options)
      const bundle = {
        mediaType: BUNDLE,
        verificationMaterial: {
          certificate: { rawBytes: certificate.raw.toString('base64') },
          tlogEntries: [
            {
              logIndex: String(entry.logIndex),
              logId: { keyId: logId(options.log ?? 'ours').toString('base64') },
              integratedTime: String(entry.integratedTime),
              inclusionPromise: { signedEntryTimestamp: promise },
              canonicalizedBody: body,
            },
          ],
        },
        dsseEnvelope: {
          payload: payload.toString('base64'),
          payloadType: type,
          signatures: [{ sig: signature }],
        },
      }
      registry.push(repository, '', {
        layers: [{ mediaType: BUNDLE, bytes: Buffer.from(JSON.stringify(bundle)) }],
        subject: digest,
        artifactType: BUNDLE,
      })
    },
    [Symbol.dispose]: () => dir.remove(),
  }
}

function entered(payload: Uint8Array, { entry = 'sound' }: KeylessOptions): string {
  return hash('sha256', entry === 'sound' ? payload : Buffer.from('another'))
}

function keyPair(type: 'ec' | 'rsa' | 'ed25519'): {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
} {
  if (type === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ed25519')
}

function signed(payload: Uint8Array, key: KeyObject | Buffer): string {
  const algorithm = !Buffer.isBuffer(key) && key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return sign(algorithm, payload, key).toString('base64')
}

function simplePayload(digest: string): Buffer {
  const critical = {
    identity: { 'docker-reference': '' },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  }
  return Buffer.from(JSON.stringify({ critical, optional: null }))
}

function simpleLayer(
  bytes: Uint8Array,
  annotations: Readonly<Record<string, string>>,
): PushedLayer {
  return { mediaType: SIMPLE, bytes, annotations }
}

function sigTag(digest: string): string {
  return `${digest.replace(':', '-')}.sig`
}

function derOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}
