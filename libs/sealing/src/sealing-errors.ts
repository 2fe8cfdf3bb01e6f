import { OperatingError, type Retry } from '@tidemark/kernel'

/** The bytes are not what was sealed: a bit flipped, or they were cut. Only a copy elsewhere helps. */
export class SealedBytesCorrupt extends OperatingError {
  readonly code: string = 'sealed-bytes-corrupt'
  readonly retry: Retry = 'never'

  constructor(reason: string, options?: ErrorOptions) {
    super(`cannot open sealed bytes: ${reason}`, options)
  }
}

/** They were sealed with a key that this process was not given (yet): a rotation may be under way. */
export class SealingKeyMissing extends OperatingError {
  readonly code: string = 'sealing-key-missing'
  readonly retry: Retry = 'later'

  constructor(reason: string) {
    super(`cannot open sealed bytes: ${reason}`)
  }
}

/** What was configured cannot be a key. */
export class InstallationSecretUnusable extends OperatingError {
  readonly code: string = 'installation-secret-unusable'
  readonly retry: Retry = 'never'

  constructor(reason: string) {
    super(`cannot use the configured keys: ${reason}`)
  }
}

/** More secret text than one masker holds. */
export class TooManySecrets extends OperatingError {
  readonly code: string = 'too-many-secrets'
  readonly retry: Retry = 'never'

  constructor(units: number, unitsMax: number) {
    super(
      `cannot mask secrets of ${units} characters in all their forms (at most ${unitsMax}): give the application fewer or smaller secrets`,
    )
  }
}
