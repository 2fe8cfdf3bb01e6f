import { OperatingError, type Retry } from '@tidemark/kernel'

/** A cluster that cannot be added, or is not there. */
export class SandboxRefusal extends OperatingError {
  readonly code: string = 'sandbox-refusal'
  readonly retry: Retry = 'never'
}

/** The connection ended without an answer, as a fault demanded. */
export class ConnectionCut extends OperatingError {
  readonly code: string = 'connection-cut'
  readonly retry: Retry = 'later'
}
