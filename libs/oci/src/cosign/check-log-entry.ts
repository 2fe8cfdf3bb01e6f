import { hash } from 'node:crypto'
import { hashLeaf, verifyInclusion } from '@tidemark/merkle'
import { at, bytesAt, listAt, parseJsonText, textAt } from './json.ts'
import { isSignedBy, type FoundSignature, type LogEntry, type LogProofText } from './signature.ts'
import { isWithin, type TrustedLog, type TrustedRoot } from './trusted-root.ts'

const KEY_HINT_BYTES = 4 // Before each signature of a note.

/**
 * When a signature was entered in a trusted log, in milliseconds; else what is wrong. The log has signed the entry or a
 * checkpoint that includes it, and the entry is of this signature by this certificate.
 */
export function checkLogEntry(found: FoundSignature, root: TrustedRoot): number | string {
  const { logEntry: entry, certificate } = found
  if (entry === undefined) return 'it is in no transparency log'
  const log = root.logs.get(entry.logId)
  if (log === undefined) return 'it is in a transparency log that the trusted root does not know'
  const atMs = entry.integratedS * 1000
  if (!isWithin(log.valid, atMs)) return 'the key of its log was not valid when it was entered'
  if (!isPromised(entry, log)) return 'its transparency log has not signed its entry'
  const body = parseJsonText(Buffer.from(entry.body, 'base64').toString('utf8'))
  return isOf(body, found, pemOf(certificate))
    ? atMs
    : 'its entry in the log is of another signature'
}

/**
 * The time of an entry stands in what the log promises, and only there: without a promise nobody knows whether the
 * certificate was still valid. Where a proof is given too, it has to hold.
 */
function isPromised(entry: LogEntry, log: TrustedLog): boolean {
  const { body, integratedS, logId, logIndex, promise, proof } = entry
  if (promise.length === 0) return false
  // Canonical JSON: the names in order, nothing between.
  const text = JSON.stringify({ body, integratedTime: integratedS, logID: logId, logIndex })
  const isSigned = isSignedBy(log.key, { signed: Buffer.from(text, 'utf8'), signature: promise })
  return isSigned && (proof === undefined || isIncluded(body, proof, log))
}

function isIncluded(body: string, proof: LogProofText, log: TrustedLog): boolean {
  const { index, size, root, hashes, checkpoint } = proof
  const [text = '', signatures = ''] = checkpoint.split('\n\n')
  const [, stated, statedRoot] = text.split('\n')
  if (stated !== String(size) || statedRoot !== Buffer.from(root).toString('base64')) return false
  const isSigned = signatures.split('\n').some((line) => {
    const encoded = /^\u2014 \S+ (\S+)$/u.exec(line)?.[1] ?? ''
    const signature = Buffer.from(encoded, 'base64').subarray(KEY_HINT_BYTES)
    return isSignedBy(log.key, { signed: Buffer.from(`${text}\n`), signature })
  })
  const leaf = hashLeaf(Buffer.from(body, 'base64'))
  return isSigned && verifyInclusion({ leaf, index, size, proof: hashes, root })
}

/** Whether an entry (`hashedrekord`, `dsse` or `intoto`) is of this payload, signature and certificate. */
function isOf(body: unknown, found: FoundSignature, pem: string): boolean {
  const spec = at(body, 'spec')
  const signature = Buffer.from(found.signature).toString('base64')
  const certificate = Buffer.from(pem, 'utf8').toString('base64')
  switch (textAt(body, 'kind')) {
    case 'hashedrekord':
      return (
        textAt(spec, 'data', 'hash', 'value') === hash('sha256', found.payload) &&
        textAt(spec, 'signature', 'content') === signature &&
        sameText(certificate, textAt(spec, 'signature', 'publicKey', 'content'))
      )
    case 'dsse':
      return (
        textAt(spec, 'payloadHash', 'value') === hash('sha256', found.payload) &&
        textAt(spec, 'signatures', 0, 'signature') === signature &&
        sameText(certificate, textAt(spec, 'signatures', 0, 'verifier'))
      )
    case 'intoto': {
      const [entered] = listAt(spec, 'content', 'envelope', 'signatures')
      return (
        textAt(spec, 'content', 'payloadHash', 'value') === hash('sha256', found.payload) &&
        // It is base64 of what is base64 already.
        Buffer.from(bytesAt(entered, 'sig')).toString('utf8') === signature &&
        sameText(certificate, textAt(entered, 'publicKey'))
      )
    }
    default:
      return false
  }
}

/** Two base64 texts of one PEM, which is there: lines may end in different ways. */
function sameText(left: string, right: string): boolean {
  return right !== '' && withoutSpaces(left) === withoutSpaces(right)
}

function withoutSpaces(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').replace(/\s+/gu, '')
}

function pemOf(certificate: FoundSignature['certificate']): string {
  if (certificate === undefined || typeof certificate === 'string') return certificate ?? ''
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/gu) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
