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
  if (TLS_CODE.test(code))
    return new GitRefused(
      'SOURCE_TLS',
      `the certificate of the server is not trusted (${code}); give the authority's certificate as ca.crt, or correct the server's`,
    )
  if (code === 'ETIMEDOUT') return new SourceTimeout('the server does not answer in time')
  const reason = REASONS.get(code) ?? (code === '' ? 'the connection broke' : code)
  return new SourceUnavailable(`the server cannot be reached: ${reason}`, { cause: error })
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String(error.code)
}
