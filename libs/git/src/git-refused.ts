import { OperatingError, type Retry } from '@tidemark/kernel'

/** What a refusal is about. Stable: events, metrics and documents name these codes. */
export type GitRefusalCode =
  | 'SOURCE_URL' // The URL itself is not one that Tidemark reads.
  | 'SOURCE_ADDRESS' // The operator's policy does not allow this host or address.
  | 'SOURCE_REF' // The ref is not spelled as Git spells refs, or the range is not a range.
  | 'SOURCE_REF_MISSING' // The repository has no such branch, tag, name or commit.
  | 'SOURCE_EMPTY' // The repository has no commit at all.
  | 'SOURCE_NOT_FOUND' // There is no repository, or these credentials do not see it.
  | 'SOURCE_AUTHENTICATION' // Credentials are missing, wrong, or not enough.
  | 'SOURCE_HOST_KEY' // The server shows a key over SSH that is not among those that are known.
  | 'SOURCE_TLS' // The server's certificate is not trusted.
  | 'SOURCE_REDIRECT' // The server sent us to another place.
  | 'SOURCE_PROXY' // The proxy is none that is spoken to, or lets us not through.
  | 'SOURCE_PROTOCOL' // What answers does not speak Git's smart protocol.
  | 'SOURCE_SIZE' // More bytes or files than the limits allow.
  | 'SOURCE_REFS' // More refs than the limits allow.
  | 'SOURCE_PATH' // A path that the source names is not in what it is to be in, or is taken there.
  | 'SOURCE_SUBMODULE' // A submodule is where none may be, or there is no word of where it is.
  | 'SOURCE_FORCED' // What was fetched before is lost, and that is refused.
  | 'SOURCE_OBJECT_FORMAT' // The repository names its objects by SHA-256.
  | 'SOURCE_UNSIGNED' // What must be signed is not.
  | 'SOURCE_SIGNATURE' // It is signed by nobody who may, or the signature does not hold.
  | 'SOURCE_SIGNATURE_KEYS' // The keys that signatures are held against cannot be read.
  | 'GIT_PACK' // What the server sent is not a sound pack, or not all of it.
  | 'GIT_OBJECT' // An object that is there is damaged or of another kind.
  | 'GIT_TREE_NAME' // A tree has a name that no file may have.

/**
 * The answer is no: asking again gives the same until somebody changes something. `message` says which
 * repository (without credentials), what was wrong, and what to do; it never holds a secret.
 */
export class GitRefused extends Error {
  override readonly name: string = 'GitRefused'
  readonly code: GitRefusalCode

  constructor(code: GitRefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** There is no answer: the server, the network or the local git could not be reached or gave up. */
export class SourceUnavailable extends OperatingError {
  readonly code: string = 'SOURCE_UNAVAILABLE'
  readonly retry: Retry = 'later'
}

/** There was no whole answer in time: a server that is down, far, or one that drips. */
export class SourceTimeout extends OperatingError {
  readonly code: string = 'SOURCE_TIMEOUT'
  readonly retry: Retry = 'later'
}
