import { OperatingError, type Retry } from '@tidemark/kernel'

/** A note, checkpoint, key or proof that is not written as its format says. */
export class MalformedLogText extends OperatingError {
  readonly code: string = 'log-text-malformed'
  readonly retry: Retry = 'never'

  constructor(what: string, reason: string) {
    super(`cannot read the ${what}: ${reason}`)
  }
}

/** A tile that the tree of that size must have is not there: the tree is incomplete. */
export class TileMissing extends OperatingError {
  readonly code: string = 'tile-missing'
  readonly retry: Retry = 'never'

  constructor(path: string) {
    super(
      `cannot read ${path}: the store does not have all of it; rebuild the tree from the ledger`,
    )
  }
}
