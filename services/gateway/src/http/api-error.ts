import { status, type ServiceError } from '@grpc/grpc-js'
import { CommandReused } from '@tidemark/event-store'
import { OperatingError } from '@tidemark/kernel'

/** An answer that is an error, with the code that a client can act on. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly code: status

  constructor(code: status, message: string) {
    super(message)
    this.code = code
  }
}

/** There is no such release; says which ones there are. */
export function noRelease(
  application: string,
  { releases }: { readonly releases: readonly { readonly number: bigint }[] },
  number: bigint,
): ApiError {
  const newest = releases.at(-1)?.number ?? 0n
  const there = newest === 0n ? 'it has none yet' : `it has 1 to ${newest}`
  const which = number === 0n ? 'no release' : `no release ${number}`
  return new ApiError(status.NOT_FOUND, `${application} has ${which}: ${there}`)
}

/** The error as gRPC sends it. What is our own fault tells its kind, never its text. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (error instanceof ApiError) return { code: error.code, details: error.message }
  if (error instanceof CommandReused)
    return {
      code: status.ALREADY_EXISTS,
      details: 'this request id was used for another request; give a new one',
    }
  if (error instanceof OperatingError) {
    if (error.retry === 'never') return { code: status.FAILED_PRECONDITION, details: error.message }
    const hint = 'nothing is lost: ask again in a moment'
    return { code: status.UNAVAILABLE, details: `${error.message}; ${hint}` }
  }
  return { code: status.INTERNAL, details: 'internal error; the log of the gateway has the reason' }
}
