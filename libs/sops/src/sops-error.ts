export type SopsErrorCode =
  /** The file is not as SOPS writes it. */
  | 'SOPS_FORMAT'
  /** It was encrypted in a way that is not supported. */
  | 'SOPS_UNSUPPORTED'
  /** No key that was given opens it. */
  | 'SOPS_KEY'
  /** A value or the MAC is not what was encrypted: the file was changed by something that is not SOPS. */
  | 'SOPS_MAC'

/** Why a file cannot be decrypted. No message holds a value of the file. */
export class SopsError extends Error {
  override readonly name: string = 'SopsError'
  readonly code: SopsErrorCode

  constructor(code: SopsErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}
