import { OperatingError, type Retry } from '@tidemark/kernel'

/** The decision was made on another version of the stream: read again, decide again. */
export class WrongVersion extends OperatingError {
  readonly code: string = 'wrong-version'
  readonly retry: Retry = 'now'
  readonly stream: string
  readonly actual: bigint

  constructor(stream: string, actual: bigint) {
    super(
      `cannot append to ${stream}: it is at version ${actual}, not at the version that was read`,
    )
    this.stream = stream
    this.actual = actual
  }
}

/** The cursor is somewhere else: another copy of this reader has moved it. */
export class CursorMoved extends OperatingError {
  readonly code: string = 'cursor-moved'
  readonly retry: Retry = 'now'

  constructor(name: string, from: bigint) {
    super(`cannot move cursor ${name}: it is not at ${from}; another copy of the reader moved it`)
  }
}

/** The lease has another holder by now: stop, and append nothing. */
export class StaleEpoch extends OperatingError {
  readonly code: string = 'stale-epoch'
  readonly retry: Retry = 'later'

  constructor(resource: string, epoch: bigint) {
    super(`cannot append under lease ${resource}: epoch ${epoch} has ended`)
  }
}

/** One command id with two contents: our own mistake, so a person has to look. */
export class CommandReused extends OperatingError {
  readonly code: string = 'already-exists'
  readonly retry: Retry = 'never'

  constructor(commandId: string) {
    super(`cannot append command ${commandId}: the id was used for other content`)
  }
}

/** This writer may not append this event. */
export class NotAllowed extends OperatingError {
  readonly code: string = 'not-allowed'
  readonly retry: Retry = 'never'
}

/** The request cannot be stored as it is: too large, or malformed. */
export class InvalidAppend extends OperatingError {
  readonly code: string = 'invalid-append'
  readonly retry: Retry = 'never'
}

/** No answer: whether it was stored is unknown. Ask again with the same command id. */
export class LedgerUnavailable extends OperatingError {
  readonly code: string = 'ledger-unavailable'
  readonly retry: Retry = 'later'

  constructor(what: string, cause: unknown) {
    super(`cannot reach the ledger to ${what}${spaceIn(cause)}`, { cause })
  }
}

/** The disk beneath the database of this process is full. */
export class LedgerDiskFull extends Error {
  override readonly name: string = 'LedgerDiskFull'

  constructor(folder: string, cause: unknown) {
    super(`there is no space left in ${folder}; free some, and it goes on by itself`, { cause })
  }
}

const DISK_FULL = '53100' // SQLSTATE, Postgres documentation, appendix A.
const CAUSES_MAX = 8

/** Whether a statement was refused because the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === DISK_FULL
}

/** What a full disk is behind, in words; empty where it is something else. */
function spaceIn(cause: unknown): string {
  let at = cause
  for (let depth = 0; depth < CAUSES_MAX && at instanceof Error; depth++) {
    if (at instanceof LedgerDiskFull) return `: ${at.message}`
    if (isDiskFull(at))
      return ': there is no space left on the disk of Postgres; free some, and it goes on by itself'
    at = at.cause
  }
  return ''
}

/** The log is not what was read before. No reader goes on. */
export class LogForked extends OperatingError {
  readonly code: string = 'LOG_FORKED'
  readonly retry: Retry = 'never'

  constructor(position: bigint, why: string) {
    super(
      `the log is forked at position ${position}: ${why}; restore it, or verify its checkpoints`,
    )
  }
}
