import { isRecord } from '@tidemark/flux'
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import { isSameText } from './signatures.ts'

const ISSUERS = new Set(['accounts.google.com', 'https://accounts.google.com'])

export interface GoogleTokenRules {
  readonly email: string
  readonly audience: string
  /** Google's public keys: the JSON of https://www.googleapis.com/oauth2/v3/certs. */
  readonly keys: string
  readonly nowMs: number
}

/**
 * Whether an `Authorization` header holds an OpenID Connect token that Google signed for this account and audience. The keys
 * are given: the gateway asks nobody while it answers.
 */
export function isGoogleToken(header: string, rules: GoogleTokenRules): boolean {
  const [head = '', claims = '', signature = '', ...more] = bearerOf(header).split('.')
  if (signature === '' || more.length > 0) return false
  const parsed = parse(head)
  if (!isRecord(parsed) || parsed['alg'] !== 'RS256') return false
  const key = keyOf(rules.keys, parsed['kid'])
  if (key === undefined) return false
  const signed = Buffer.from(`${head}.${claims}`)
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return false
  return isFor(parse(claims), rules)
}

function bearerOf(header: string): string {
  return header.startsWith('Bearer ') ? header.slice('Bearer '.length) : ''
}

function isFor(claims: unknown, { email, audience, nowMs }: GoogleTokenRules): boolean {
  if (!isRecord(claims)) return false
  const expires = claims['exp']
  return (
    claims['aud'] === audience &&
    typeof expires === 'number' &&
    expires * 1000 > nowMs &&
    typeof claims['iss'] === 'string' &&
    ISSUERS.has(claims['iss']) &&
    typeof claims['email'] === 'string' &&
    isSameText(claims['email'], email) &&
    claims['email_verified'] === true
  )
}

function keyOf(keys: string, id: unknown): ReturnType<typeof createPublicKey> | undefined {
  const set: unknown = parseText(keys)
  const list = isRecord(set) && Array.isArray(set['keys']) ? set['keys'] : []
  const found = list.filter(isRecord).find(({ kid, kty }) => kid === id && kty === 'RSA')
  if (found === undefined) return undefined
  try {
    const { kty, n, e } = found
    const key: JsonWebKey = { kty: String(kty), n: String(n), e: String(e) }
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return undefined
  }
}

function parse(part: string): unknown {
  return parseText(Buffer.from(part, 'base64url').toString('utf8'))
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
