import { OperatingError, type Retry } from '@tidemark/kernel'

/** The environment does not say what a service needs. Nothing starts until it is mended. */
export class ConfigError extends OperatingError {
  readonly code: string = 'config'
  readonly retry: Retry = 'never'
}

export type Environment = Readonly<Record<string, string | undefined>>

interface Bounds {
  readonly min: number
  readonly max: number
}

/** Reads settings, and names the variable, what is wrong and what to do where one cannot be used. */
export class ConfigReader {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  /** The value, or `undefined` where it is not set or empty. */
  optional(name: string): string | undefined {
    const value = this.#env[name]
    return value === undefined || value === '' ? undefined : value
  }

  /** The value; an error where there is none. `what` says what it is for. */
  required(name: string, what: string): string {
    const value = this.optional(name)
    if (value === undefined) throw new ConfigError(`${name} is not set: it gives ${what}`)
    return value
  }

  /**
   * The address of a database that is reached by TLS. One that says itself how (`sslmode`) is refused: it would
   * win over what the service asks for. The address holds a password: no message shows it.
   */
  databaseUrl(name: string, what: string): string {
    const value = this.required(name, what)
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (url === undefined || !/^postgres(?:ql)?:$/u.test(url.protocol) || url.hostname === '')
      throw new ConfigError(`${name} is no address: write postgres://user:password@host:port/name`)
    const own = [...url.searchParams.keys()].find((key) => /^(?:ssl|uselibpqcompat)/iu.test(key))
    if (own !== undefined)
      throw new ConfigError(
        `${name} sets ${own}: the connection is always by TLS and the server is checked; leave it out`,
      )
    return value
  }

  /** A whole number within bounds. */
  number(name: string, fallback: number, { min, max }: Bounds): number {
    const text = this.optional(name)
    if (text === undefined) return fallback
    const value = Number(text)
    if (!Number.isInteger(value) || value < min || value > max)
      throw new ConfigError(`${name} is '${text}': it must be a whole number from ${min} to ${max}`)
    return value
  }

  /** One of a few words. */
  choice<Choice extends string>(
    name: string,
    fallback: Choice,
    choices: readonly Choice[],
  ): Choice {
    const text = this.optional(name)
    if (text === undefined) return fallback
    const found = choices.find((choice) => choice === text)
    if (found === undefined)
      throw new ConfigError(`${name} is '${text}': it must be one of ${choices.join(', ')}`)
    return found
  }

  /** Values that are parted by commas; empty where it is not set. */
  list(name: string): readonly string[] {
    return (this.optional(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }
}
