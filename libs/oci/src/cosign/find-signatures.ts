import { FetchRefused } from '../fetch-refused.ts'
import type { Descriptor } from '../registry/manifest.ts'
import type { Registry } from '../registry/registry.ts'
import { at, bytesAt, listAt, numberAt, parseJsonText, textAt } from './json.ts'
import type { FoundSignature, LogEntry } from './signature.ts'

const SIGNATURES_MAX = 50 // More people do not sign one artifact.
const PAYLOAD_BYTES_MAX = 1024 * 1024
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle/u
const SIGNED_BY_COSIGN = 'https://sigstore.dev/cosign/sign/v1'

/** The signatures of a digest: bundles that refer to it where there are any, else those of its tag `sha256-….sig`. */
export async function findSignatures(
  registry: Registry,
  digest: string,
  signal: AbortSignal,
): Promise<readonly FoundSignature[]> {
  const bundles = await findBundles(registry, digest, signal)
  return bundles.length > 0 ? bundles : await findSimple(registry, digest, signal)
}

async function findSimple(
  registry: Registry,
  digest: string,
  signal: AbortSignal,
): Promise<readonly FoundSignature[]> {
  const found = await registry.manifest(`${digest.replace(':', '-')}.sig`, signal)
  if (found?.manifest.kind !== 'image') return []
  const signatures: FoundSignature[] = []
  for (const layer of bounded(registry, found.manifest.layers)) {
    const signature = layer.annotations.get('dev.cosignproject.cosign/signature')
    if (signature === undefined) continue
    const payload = await registry.blob(layer, PAYLOAD_BYTES_MAX, signal)
    const says = parseJsonText(Buffer.from(payload).toString('utf8'))
    signatures.push({
      form: 'simple signing',
      payload,
      signed: payload,
      signature: Buffer.from(signature, 'base64'),
      digest: textAt(says, 'critical', 'image', 'docker-manifest-digest'),
      certificate: layer.annotations.get('dev.sigstore.cosign/certificate'),
      logEntry: simpleEntry(layer.annotations.get('dev.sigstore.cosign/bundle')),
    })
  }
  return signatures
}

function simpleEntry(text: string | undefined): LogEntry | undefined {
  const bundle = text === undefined ? undefined : parseJsonText(text)
  const payload = at(bundle, 'Payload')
  if (payload === undefined) return undefined
  return {
    logId: textAt(payload, 'logID'),
    logIndex: numberAt(payload, 'logIndex'),
    integratedS: numberAt(payload, 'integratedTime'),
    body: textAt(payload, 'body'),
    promise: bytesAt(bundle, 'SignedEntryTimestamp'),
    proof: undefined,
  }
}

async function findBundles(
  registry: Registry,
  digest: string,
  signal: AbortSignal,
): Promise<readonly FoundSignature[]> {
  const referrers = await registry.referrers(digest, signal)
  const found: FoundSignature[] = []
  for (const each of bounded(registry, referrers.filter(isBundle))) {
    const manifest = (await registry.manifest(each.digest, signal))?.manifest
    const layer = manifest?.kind === 'image' ? manifest.layers[0] : undefined
    if (layer === undefined) continue
    const bytes = await registry.blob(layer, PAYLOAD_BYTES_MAX, signal)
    const signature = readBundle(parseJsonText(Buffer.from(bytes).toString('utf8')))
    if (signature !== undefined) found.push(signature)
  }
  return found
}

function isBundle({ artifactType }: Descriptor): boolean {
  return BUNDLE.test(artifactType)
}

/** A bundle of Sigstore with a statement that cosign signed; anything else is none. */
function readBundle(bundle: unknown): FoundSignature | undefined {
  const envelope = at(bundle, 'dsseEnvelope')
  const payload = bytesAt(envelope, 'payload')
  const statement = parseJsonText(Buffer.from(payload).toString('utf8'))
  if (textAt(statement, 'predicateType') !== SIGNED_BY_COSIGN) return undefined
  const material = at(bundle, 'verificationMaterial')
  const certificate =
    at(material, 'certificate', 'rawBytes') === undefined
      ? at(material, 'x509CertificateChain', 'certificates', 0)
      : at(material, 'certificate')
  const sha256 = textAt(statement, 'subject', 0, 'digest', 'sha256')
  return {
    form: 'bundle',
    payload,
    signed: preAuthentication(textAt(envelope, 'payloadType'), payload),
    signature: bytesAt(envelope, 'signatures', 0, 'sig'),
    digest: sha256 === '' ? '' : `sha256:${sha256}`,
    certificate: certificate === undefined ? undefined : bytesAt(certificate, 'rawBytes'),
    logEntry: bundleEntry(at(material, 'tlogEntries', 0)),
  }
}

function bundleEntry(entry: unknown): LogEntry | undefined {
  if (entry === undefined) return undefined
  const proof = at(entry, 'inclusionProof')
  return {
    logId: Buffer.from(bytesAt(entry, 'logId', 'keyId')).toString('hex'),
    logIndex: numberAt(entry, 'logIndex'),
    integratedS: numberAt(entry, 'integratedTime'),
    body: textAt(entry, 'canonicalizedBody'),
    promise: bytesAt(entry, 'inclusionPromise', 'signedEntryTimestamp'),
    proof:
      proof === undefined
        ? undefined
        : {
            index: numberAt(proof, 'logIndex'),
            size: numberAt(proof, 'treeSize'),
            root: bytesAt(proof, 'rootHash'),
            hashes: listAt(proof, 'hashes').map((hash) =>
              Buffer.from(typeof hash === 'string' ? hash : '', 'base64'),
            ),
            checkpoint: textAt(proof, 'checkpoint', 'envelope'),
          },
  }
}

/** What DSSE signs: the payload with its type, each with its length. */
function preAuthentication(type: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `
  return Buffer.concat([Buffer.from(head, 'utf8'), payload])
}

function bounded(registry: Registry, layers: readonly Descriptor[]): readonly Descriptor[] {
  if (layers.length <= SIGNATURES_MAX) return layers
  throw new FetchRefused(
    'SOURCE_SIZE',
    `${registry.name} has ${layers.length} signatures for one artifact; at most ${SIGNATURES_MAX} are read`,
  )
}
