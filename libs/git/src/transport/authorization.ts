import type { GitCredentials } from '../git-source.ts'

/** The header that signs a request in; nothing without a login. What it returns MUST go only to the server. */
export function authorization(credentials: GitCredentials | undefined): Record<string, string> {
  const login = credentials?.login
  if (login === undefined) return {}
  if (login.kind === 'bearer') return { authorization: `Bearer ${login.token.reveal()}` }
  const pair = Buffer.from(`${login.username}:${login.password.reveal()}`, 'utf8')
  return { authorization: `Basic ${pair.toString('base64')}` }
}

/** What must be masked in any text that a server sent us. */
export function secretsOf(credentials: GitCredentials | undefined): readonly string[] {
  const login = credentials?.login
  if (login === undefined) return []
  const value = login.kind === 'bearer' ? login.token.reveal() : login.password.reveal()
  const sent = authorization(credentials)['authorization']?.replace(/^\w+ /, '') ?? ''
  return [value, sent].filter((secret) => secret !== '')
}
