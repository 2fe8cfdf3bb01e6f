const MASK = '[secret]'
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that no log, error, trace or JSON may show. It is redacted by its type: text, JSON and
 * inspection all give `[secret]`. Call `reveal` only where the value is used.
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

  /** What `console.log` and `util.inspect` show (Node's `nodejs.util.inspect.custom`). */
  readonly [INSPECT]: () => string = () => MASK
}
