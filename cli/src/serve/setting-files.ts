import type { KnownToken } from '@tidemark/gateway'
import { Secret } from '@tidemark/kernel'
import { ConfigError } from '@tidemark/service'
import { readFile } from 'node:fs/promises'

/** A file that a setting names. */
export interface SettingFile {
  /** The variable, for messages. */
  readonly variable: string
  readonly path: string
}

/** The text of a file; a ConfigError that names the variable where it cannot be read or is empty. */
export async function readSetting({ variable, path }: SettingFile): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new ConfigError(`${variable} names ${path}, which cannot be read: ${code}`, {
      cause: error,
    })
  })
  if (text.trim() === '') throw new ConfigError(`${variable} names ${path}, which is empty`)
  return text
}

/** A key of 32 bytes, written as 64 hex digits. */
export async function readKey(file: SettingFile): Promise<Secret<Uint8Array>> {
  const text = (await readSetting(file)).trim()
  if (!/^[0-9a-f]{64}$/u.test(text))
    throw new ConfigError(
      `${file.variable} names ${file.path}, which must hold 64 hex digits: openssl rand -hex 32`,
    )
  return new Secret<Uint8Array>(Buffer.from(text, 'hex'))
}

/** Lines `name role token`. A file without one is refused: nobody could sign in. */
export async function readTokens(file: SettingFile): Promise<readonly KnownToken[]> {
  const lines = (await readSetting(file)).split('\n').map((line, index) => ({ line, index }))
  const known = lines
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
    .map(({ line, index }): KnownToken => {
      const [name, role, token, more] = line.trim().split(/\s+/u)
      const isRole = role === 'viewer' || role === 'operator'
      if (name === undefined || token === undefined || more !== undefined || !isRole)
        throw new ConfigError(
          `${file.variable}: ${file.path}:${index + 1}: write "name role token", with the role viewer or operator`,
        )
      return { name, role, token: new Secret(token) }
    })
  if (known.length === 0)
    throw new ConfigError(
      `${file.variable}: ${file.path} names nobody: write lines "name role token"`,
    )
  return known
}
