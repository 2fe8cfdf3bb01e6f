import { createHash } from 'node:crypto'
import { Secret } from '@tidemark/kernel'
import type { Login } from '../login.ts'

const TOKENS_MAX = 1_000 // More than there are repositories; the oldest are asked for again.

/**
 * What registries gave for signing in, by repository and login, so that a look without news need not sign in again. A
 * token that has ended is refused by its registry, and replaced then.
 */
export class RegistryTokens {
  readonly #tokens = new Map<string, Secret<string>>()

  get(key: string): string | undefined {
    return this.#tokens.get(key)?.reveal()
  }

  keep(key: string, authorization: string): void {
    this.#tokens.delete(key)
    this.#tokens.set(key, new Secret(authorization))
    const [oldest] = this.#tokens.keys()
    if (this.#tokens.size > TOKENS_MAX && oldest !== undefined) this.#tokens.delete(oldest)
  }
}

/** What a token is for: another login never gets it. */
export function tokenKey(base: string, login: Login | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([base, partsOf(login)]))
    .digest('hex')
}

function partsOf(login: Login | undefined): readonly string[] {
  if (login === undefined) return []
  if (login.kind !== 'basic') return [login.kind, login.token.reveal()]
  return [login.kind, login.username, login.password.reveal()]
}
