import type { Role } from './domain/verbs.ts'

/** A caller who has shown who he is. */
export interface Identity {
  readonly name: string
  readonly issuer: string
  readonly role: Role
}

/** Who stands behind a token. */
export interface Identities {
  /** `undefined` where the token is missing, unknown or at its end: never an anonymous success. */
  identify(token: string | undefined): Promise<Identity | undefined>
}
