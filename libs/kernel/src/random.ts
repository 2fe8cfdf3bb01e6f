/** Randomness and ids. Nothing outside an adapter may use the globals (a lint rule holds it). */
export interface Random {
  /** `length` (0 to 65,536) bytes that nobody can guess. */
  bytes(length: number): Uint8Array
  /** A version 4 UUID in its 36-character form (RFC 9562). */
  uuid(): string
  /** A number in [0, 1), for jitter only, never for a secret. */
  fraction(): number
}
