import { OperatingError, type Retry } from '@tidemark/kernel'

/** The bus does not answer. It may be back any moment. */
export class BusUnavailable extends OperatingError {
  readonly code: string = 'bus-unavailable'
  readonly retry: Retry = 'later'

  constructor(doing: string, cause?: unknown) {
    super(`cannot ${doing}: the bus does not answer`, cause === undefined ? {} : { cause })
  }
}

/** The bus answers, but not us: wrong credentials, or a certificate that does not match. */
export class BusRefused extends OperatingError {
  readonly code: string = 'bus-refused'
  readonly retry: Retry = 'later'

  constructor(server: string, reason: string, cause?: unknown) {
    super(`cannot connect to the bus at ${server}: ${reason}`, cause === undefined ? {} : { cause })
  }
}

/** Nobody listens to the subject: the service is not up (yet). */
export class NoResponder extends OperatingError {
  readonly code: string = 'no-responder'
  readonly retry: Retry = 'later'

  constructor(subject: string) {
    super(`cannot ask ${subject}: nobody answers there now`)
  }
}

/** No answer in time. Whether the request was carried out is unknown. */
export class RequestTimedOut extends OperatingError {
  readonly code: string = 'request-timed-out'
  readonly retry: Retry = 'later'

  constructor(subject: string, timeoutMs: number) {
    super(`cannot tell how ${subject} ended: no answer within ${timeoutMs} ms`)
  }
}

/** The caller gave up. */
export class RequestAborted extends OperatingError {
  readonly code: string = 'request-aborted'
  readonly retry: Retry = 'later'

  constructor(subject: string, cause: unknown) {
    super(`gave up on ${subject}`, { cause })
  }
}

/** The responder's error, with its own code and advice. */
export class RequestFailed extends OperatingError {
  readonly code: string
  readonly retry: Retry

  constructor(failure: { readonly code: string; readonly retry: Retry; readonly message: string }) {
    super(failure.message)
    this.code = failure.code
    this.retry = failure.retry
  }
}

/** No stream keeps the subject. */
export class NoStream extends OperatingError {
  readonly code: string = 'no-stream'
  readonly retry: Retry = 'later'

  constructor(what: string) {
    super(`cannot use ${what}: no stream keeps it`)
  }
}

/** The bus carries no message of that size. */
export class MessageTooLarge extends OperatingError {
  readonly code: string = 'message-too-large'
  readonly retry: Retry = 'never'

  constructor(subject: string, bytes: number, bytesMax: number) {
    super(`cannot send ${bytes} bytes to ${subject}: the bus carries at most ${bytesMax}`)
  }
}

/** The permissions of this process do not hold the subject. */
export class SubjectForbidden extends OperatingError {
  readonly code: string = 'subject-forbidden'
  readonly retry: Retry = 'later'

  constructor(operation: string, subject: string) {
    super(`cannot ${operation} ${subject}: the bus does not permit it to this user`)
  }
}

/** More requests wait for a responder than it takes. */
export class ResponderBusy extends OperatingError {
  readonly code: string = 'responder-busy'
  readonly retry: Retry = 'later'

  constructor(subject: string, waitingMax: number) {
    super(`cannot take a request to ${subject}: ${waitingMax} are waiting already`)
  }
}
