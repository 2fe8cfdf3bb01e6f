import {
  evolveInput,
  inputId,
  inputOf,
  unknownInput,
  type ClusterInputRef,
  type KnownInput,
  type PlacedInput,
  type Recorded,
} from '@tidemark/contracts'

/**
 * All Secrets and ConfigMaps that Flux objects name, folded from the ledger. Events of one's own are folded when appended, and
 * known when read back.
 */
export class KnownInputs {
  readonly #inputs: Map<string, KnownInput>

  /** `known` is what `all` gave before. */
  constructor(known: readonly KnownInput[] = []) {
    this.#inputs = new Map(known.map((input) => [inputId(input.ref), input]))
  }

  get(ref: ClusterInputRef): KnownInput {
    return this.#inputs.get(inputId(ref)) ?? unknownInput(ref)
  }

  all(): readonly KnownInput[] {
    return [...this.#inputs.values()]
  }

  fold({ stream, event, stored }: Pick<Recorded, 'stream' | 'event' | 'stored'>): void {
    const { version, atUs } = stored
    this.foldOwn({ stream, event, version, atUs })
  }

  /** Folds an event that is not stored yet, or one that is. */
  foldOwn(placed: PlacedInput): void {
    const ref = inputOf(placed.event)
    if (ref !== undefined) this.#inputs.set(inputId(ref), evolveInput(this.get(ref), placed))
  }
}
