import { EnvsubstError } from '../envsubst-error.ts'

const STEPS_MAX = 20_000_000 // A tenth of a second; a value of 1 MiB with a plain pattern needs a tenth of them.

/** What one substitution may cost: steps of matching, and characters of output. */
export class Work {
  readonly #lengthMax: number
  #steps = 0
  #length = 0

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  /** Throws ENVSUBST_LIMIT. */
  step(count: number): void {
    this.#steps += count
    if (this.#steps <= STEPS_MAX) return
    throw new EnvsubstError('ENVSUBST_LIMIT', `more than ${STEPS_MAX} steps of matching`)
  }

  /** Counts what is built, also when it is thrown away again. Throws ENVSUBST_LIMIT. */
  build(length: number): void {
    this.#length += length
    if (this.#length <= this.#lengthMax) return
    throw new EnvsubstError('ENVSUBST_LIMIT', `more than ${this.#lengthMax} characters of output`)
  }
}
