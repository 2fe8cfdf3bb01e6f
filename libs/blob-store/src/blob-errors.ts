import { OperatingError, type Retry } from '@tidemark/kernel'

/** No blob of that name: it was never kept here, or was lost. */
export class BlobMissing extends OperatingError {
  readonly code: string = 'blob-missing'
  readonly retry: Retry = 'later'

  constructor(name: string) {
    super(`cannot read blob ${name}: it is not in the store`)
  }
}

/** The stored bytes are not those of the name. Putting the same content again mends it. */
export class BlobCorrupt extends OperatingError {
  readonly code: string = 'blob-corrupt'
  readonly retry: Retry = 'never'

  constructor(name: string, reason: string, cause?: unknown) {
    super(
      `cannot read blob ${name}: ${reason}; put the same content again, or restore it from a backup`,
      cause === undefined ? {} : { cause },
    )
  }
}

export class BlobTooLarge extends OperatingError {
  readonly code: string = 'blob-too-large'
  readonly retry: Retry = 'never'

  constructor(bytes: number, bytesMax: number) {
    super(`cannot keep a blob of ${bytes} bytes: at most ${bytesMax} are allowed`)
  }
}

/** No space left. Nothing of the blob is kept. */
export class BlobStoreFull extends OperatingError {
  readonly code: string = 'blob-store-full'
  readonly retry: Retry = 'later'

  constructor(where: string, cause: unknown) {
    super(
      `cannot keep a blob in ${where}: there is no space left; free some, and it goes on by itself`,
      { cause },
    )
  }
}

export class BlobStoreUnavailable extends OperatingError {
  readonly code: string = 'blob-store-unavailable'
  readonly retry: Retry = 'later'

  constructor(doing: string, cause: unknown) {
    super(`cannot ${doing}`, { cause })
  }
}

/** A file of many blobs cannot be read. The others can, once it is out of the way. */
export class BlobPackDamaged extends OperatingError {
  readonly code: string = 'blob-pack-damaged'
  readonly retry: Retry = 'never'

  constructor(path: string, reason: string) {
    super(
      `cannot read ${path}: ${reason}; restore it from a backup, or move it out of the directory`,
    )
  }
}

/** A request to the responder that no client of ours sends. */
export class BlobRequestInvalid extends OperatingError {
  readonly code: string = 'blob-request-invalid'
  readonly retry: Retry = 'never'

  constructor(reason: string) {
    super(`cannot answer the blob request: ${reason}`)
  }
}
