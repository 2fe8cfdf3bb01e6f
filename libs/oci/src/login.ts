import type { Secret } from '@tidemark/kernel'

/** Who signs in to a registry or chart repository. */
export type Login =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret<string> }
  /** A refresh token, exchanged for one that opens the repository. */
  | { readonly kind: 'identity'; readonly token: Secret<string> }
  /** Sent as it is. */
  | { readonly kind: 'bearer'; readonly token: Secret<string> }

/** The header of a user name and password. It MUST go to their server only. */
export function basicHeader(username: string, password: Secret<string>): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')}`
}
