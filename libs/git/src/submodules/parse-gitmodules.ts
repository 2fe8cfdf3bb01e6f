/** What `.gitmodules` says of one submodule. */
export interface SubmoduleConfig {
  readonly path: string
  readonly url: string
  /** Empty where it names none. */
  readonly branch: string
}

const SECTION = /^\[submodule "(?<name>(?:[^"\\]|\\.)*)"\]\s*(?:[#;].*)?$/u
const SETTING = /^(?<key>[A-Za-z][A-Za-z0-9-]*)\s*=\s*(?<value>.*)$/u

/** Reads the part of Git's configuration syntax that `.gitmodules` uses; by path. */
export function parseGitmodules(text: string): ReadonlyMap<string, SubmoduleConfig> {
  const sections: Map<string, string>[] = []
  let section: Map<string, string> | undefined
  for (const line of text.split(/\r?\n/u).map((raw) => raw.trim())) {
    if (line.startsWith('[')) {
      section = SECTION.test(line) ? new Map() : undefined
      if (section !== undefined) sections.push(section)
    }
    const { key, value } = SETTING.exec(line)?.groups ?? {}
    if (key !== undefined && value !== undefined) section?.set(key.toLowerCase(), unquoted(value))
  }
  const configs = sections.map((settings) => ({
    path: (settings.get('path') ?? '').replace(/\/+$/u, ''),
    url: settings.get('url') ?? '',
    branch: settings.get('branch') ?? '',
  }))
  return new Map(configs.map((config) => [config.path, config]))
}

/** Takes a comment away, and the quotes around a value. */
function unquoted(value: string): string {
  const quoted = /^"(?<text>(?:[^"\\]|\\.)*)"/u.exec(value)?.groups?.['text']
  if (quoted !== undefined) return quoted.replace(/\\(.)/gu, '$1')
  return value.replace(/\s*[#;].*$/u, '')
}
