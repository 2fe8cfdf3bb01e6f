/** What a refusal is about. Stable: events, metrics and documents name these codes. */
export type FetchRefusalCode =
  | 'SOURCE_URL' // The address itself is not one that is read.
  | 'SOURCE_REF' // The tag, range or filter is not spelled as one.
  | 'SOURCE_REF_MISSING' // There is no such tag, version, digest or object.
  | 'SOURCE_NOT_FOUND' // There is no such repository or bucket, or these credentials do not see it.
  | 'SOURCE_AUTHENTICATION' // Credentials are missing, wrong, or not enough.
  | 'SOURCE_REDIRECT' // The server sent us where we do not follow.
  | 'SOURCE_PROTOCOL' // What answers is not a registry, chart repository or bucket.
  | 'SOURCE_SIZE' // More bytes, tags or files than the limits allow.
  | 'SOURCE_DIGEST' // The bytes are not those that were promised.
  | 'SOURCE_LAYER' // The artifact has no layer of the kind that is wanted.
  | 'SOURCE_INDEX' // The index of a chart repository is damaged or not whole.
  | 'SOURCE_CHART' // What should be a chart is none, or its values files are not there.
  | 'SOURCE_UNSIGNED' // The artifact has to be signed, and is not.
  | 'SOURCE_SIGNATURE' // Nobody who may has signed it, or the signature does not hold.
  | 'SOURCE_SIGNATURE_KEYS' // The keys or the trusted root that signatures are held against cannot be read.

/**
 * The answer is no: asking again gives the same until somebody changes something. `message` says what was
 * wrong, with the address (without credentials), and what to do; it never holds a secret.
 */
export class FetchRefused extends Error {
  override readonly name: string = 'FetchRefused'
  readonly code: FetchRefusalCode

  constructor(code: FetchRefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
