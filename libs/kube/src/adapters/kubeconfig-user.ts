import { isYamlList, isYamlMap, parseYaml, type YamlMap, type YamlValue } from '@tidemark/yaml'

/** What a user of a kubeconfig may say that the library for kubeconfigs does not read. */
export interface UserExtras {
  /** Relative to the file. */
  readonly tokenFile?: string
  /** Whom to act as. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}

const ACT_AS = new Map([
  ['as', 'impersonate-user'],
  ['as-uid', 'impersonate-uid'],
  ['as-groups', 'impersonate-group'],
])

/**
 * Reads `tokenFile`, `as`, `as-uid` and `as-groups` of a user. To leave one of them out would mean to act with other
 * rights than the file says, so what we cannot follow is refused.
 */
export function readUserExtras(
  text: string,
  name: string,
  refuse: (why: string) => never,
): UserExtras {
  const user = findUser(parse(text, refuse), name)
  if (user === undefined) return { headers: {} }
  if (user.has('as-user-extra')) refuse(`user "${name}": as-user-extra is not supported`)
  const headers: [string, string | readonly string[]][] = []
  for (const [key, header] of ACT_AS) {
    const value = user.get(key) ?? undefined
    if (value === undefined || value === '') continue
    if (typeof value === 'string') headers.push([header, value])
    else if (isTexts(value)) headers.push([header, value])
    else refuse(`user "${name}": ${key} must be text, or a list of texts`)
  }
  const tokenFile = user.get('tokenFile')
  return {
    headers: Object.fromEntries(headers),
    ...(typeof tokenFile === 'string' && tokenFile !== '' ? { tokenFile } : {}),
  }
}

function parse(text: string, refuse: (why: string) => never): YamlValue {
  try {
    return parseYaml(text, { flavour: 'yaml2', duplicateKeys: 'error' })
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause))
  }
}

function findUser(config: YamlValue, name: string): YamlMap | undefined {
  const users = isYamlMap(config) ? config.get('users') : undefined
  if (!isYamlList(users)) return undefined
  const entry = users.find((candidate) => isYamlMap(candidate) && candidate.get('name') === name)
  const user = isYamlMap(entry) ? entry.get('user') : undefined
  return isYamlMap(user) ? user : undefined
}

function isTexts(value: YamlValue): value is readonly string[] {
  return isYamlList(value) && value.every((item) => typeof item === 'string')
}
