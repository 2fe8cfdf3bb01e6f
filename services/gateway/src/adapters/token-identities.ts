import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@tidemark/kernel'
import type { Role } from '../domain/verbs.ts'
import type { Identities } from '../ports.ts'

export interface KnownToken {
  readonly token: Secret<string>
  readonly name: string
  readonly role: Role
}

/** Tokens that the operator has given out. They are compared by digest, in constant time. */
export function tokenIdentities(tokens: readonly KnownToken[]): Identities {
  const known = tokens.map(({ token, name, role }) => ({
    digest: digest(token.reveal()),
    name,
    role,
  }))
  return {
    identify: async (token) => {
      if (token === undefined || token === '') return undefined
      const given = digest(token)
      const found = known.find((entry) => timingSafeEqual(entry.digest, given))
      return found === undefined
        ? undefined
        : { name: found.name, role: found.role, issuer: 'token' }
    },
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
