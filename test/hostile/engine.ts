/** An input that means harm, and how it has to end. */
export interface HostileRow {
  /** Unique among the rows of its engine. */
  readonly name: string
  /** What the engine's answer must match: of a refusal its message, with its code; else what it made. */
  readonly expected: RegExp
  /** Makes the input, which costs what it costs; what it returns hands it to the engine and gives its answer. */
  readonly prepare: () => () => string
  /** What the answer may take. 250 where nothing is said, for the large inputs that are in order. */
  readonly msMax?: number
}

/** An engine, the inputs that it has to withstand, and one that it has to answer after each of them. */
export interface HostileEngine {
  readonly rows: readonly HostileRow[]
  /** A small input in order. @throws when the answer is not as always */
  readonly checkGood: () => void
}
