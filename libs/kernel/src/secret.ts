const MASK = '[secret]'

/**
 * A value that no log, error, trace or JSON may show. It is redacted by its type: text and JSON give
 * `[secret]`, and inspection does not see private fields. Call `reveal` only where the value is used.
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. What it returns MUST NOT be logged, stored in clear or put into a message. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }
}
