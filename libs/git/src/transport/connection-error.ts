import { OperatingError } from '@tidemark/kernel'
import { GitRefused, SourceTimeout, SourceUnavailable } from '../git-refused.ts'

const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|ERR_OSSL|HOSTNAME_MISMATCH)/
const REASONS = new Map([
  ['ENOTFOUND', 'its name does not resolve; check the URL and the DNS'],
  ['EAI_AGAIN', 'its name could not be looked up; check the DNS'],
  ['ECONNREFUSED', 'nothing listens there; is the server up?'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
])

/**
 * What a failed connection means: a certificate that is not trusted and a forbidden address are answers,
 * everything else is an outage. A call that was cancelled gives the reason of its signal.
 */
export function connectionError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof GitRefused || error instanceof OperatingError) return error
  const code = codeOf(error)
  if (code === 'ERR_PROXY_TUNNEL') return proxyRefuses(Number(statusIn(error)))
  if (TLS_CODE.test(code))
    return new GitRefused(
      'SOURCE_TLS',
      `the certificate of the server is not trusted (${code}); give the authority's certificate as ca.crt, or correct the server's`,
    )
  if (code === 'ETIMEDOUT') return new SourceTimeout('the server does not answer in time')
  const reason = REASONS.get(code) ?? (code === '' ? 'the connection broke' : code)
  return new SourceUnavailable(`the server cannot be reached: ${reason}`, { cause: error })
}

/** The proxy does not let us through to the server. */
export function proxyRefuses(status: number): GitRefused {
  const way =
    status === 407
      ? 'check username and password of the Secret that spec.proxySecretRef names, or of HTTPS_PROXY'
      : 'its operator must allow the server, or name it in NO_PROXY'
  return new GitRefused(
    'SOURCE_PROXY',
    `the proxy does not let us through to the server (HTTP ${status}); ${way}`,
  )
}

function statusIn(error: unknown): string {
  return /\b(?<status>[45]\d\d)\b/u.exec(String(error))?.groups?.['status'] ?? '0'
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String(error.code)
}

/** A connection on which no byte came for too long. */
export class IdleConnection extends Error {
  override readonly name: string = 'IdleConnection'
  readonly code: string = 'ETIMEDOUT'

  constructor() {
    super('no byte came for too long')
  }
}
