/** What a server asks for in `WWW-Authenticate`. */
export type Challenge =
  | { readonly kind: 'basic' }
  | {
      readonly kind: 'bearer'
      readonly realm: string
      readonly service: string
      readonly scope: string
    }

const CHARS_MAX = 4_096 // A header that is longer is no challenge.

/** The first challenge that we can answer. */
export function parseChallenge(header: string): Challenge | undefined {
  const text = header.slice(0, CHARS_MAX)
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/iu.exec(text)?.[1]
  if (bearer !== undefined) {
    const parameters = new Map<string, string>()
    for (const [, name = '', quoted, bare] of bearer.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,"]+))/gu))
      parameters.set(name.toLowerCase(), quoted ?? bare ?? '')
    const realm = parameters.get('realm') ?? ''
    const service = parameters.get('service') ?? ''
    const scope = parameters.get('scope') ?? ''
    if (URL.canParse(realm)) return { kind: 'bearer', realm, service, scope }
  }
  return /(?:^|,)\s*basic\b/iu.test(text) ? { kind: 'basic' } : undefined
}
